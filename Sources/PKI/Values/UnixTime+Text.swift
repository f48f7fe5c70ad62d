extension UnixTime {
  /// `2026-11-21T12:00:00Z`.
  public var rfc3339: String {
    let date = calendarDate
    return "\(Self.padded(date.year, 4))-\(Self.padded(date.month))-\(Self.padded(date.day))T\(Self.clock(date))Z"
  }

  /// `Nov 21 12:00:00 2026 GMT`, the day padded with a space: as OpenSSL prints times and nginx's `$ssl_client_v_end`.
  public var opensslText: String {
    let date = calendarDate
    let day = date.day < 10 ? " \(date.day)" : "\(date.day)"
    return "\(Self.monthNames[date.month - 1]) \(day) \(Self.clock(date)) \(date.year) GMT"
  }

  /// RFC 3339 §5.6 with any offset; a fraction of a second is dropped.
  public init?(rfc3339 text: String) {
    var scanner = TimeScanner(Array(text.utf8))
    guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
      let day = scanner.number(2), scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
      let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2), scanner.skip(":"),
      let second = scanner.number(2), scanner.skipFraction(), let offset = scanner.offset(), scanner.isAtEnd,
      let date = CalendarDate(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    else { return nil }
    self.init(UnixTime(date).seconds - Int64(offset))
  }

  static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func clock(_ date: CalendarDate) -> String {
    "\(padded(date.hour)):\(padded(date.minute)):\(padded(date.second))"
  }

  static func padded(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension UnixTime: CustomStringConvertible {
  public var description: String { rfc3339 }
}

/// Reads fixed-width decimal fields.
struct TimeScanner {
  private let text: [UInt8]
  private let end: Int
  private var position: Int

  init(_ text: [UInt8]) { self.init(text, range: 0..<text.count) }

  /// Reads a part of `text` where it lies.
  init(_ text: [UInt8], range: Range<Int>) {
    self.text = text
    position = range.lowerBound
    end = range.upperBound
  }

  var isAtEnd: Bool { position == end }

  mutating func number(_ width: Int) -> Int? {
    guard position + width <= end else { return nil }
    var value = 0
    for offset in position..<position + width {
      let digit = Int(text[offset]) - 0x30
      guard 0...9 ~= digit else { return nil }
      value = value * 10 + digit
    }
    position += width
    return value
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard position < end, text[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// True unless a point stands without digits behind it.
  mutating func skipFraction() -> Bool {
    guard skip(".") else { return true }
    let start = position
    while position < end, (0x30...0x39).contains(text[position]) { position += 1 }
    return position > start
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int? {
    if skip("Z") || skip("z") { return 0 }
    let sign = skip("+") ? 1 : skip("-") ? -1 : 0
    guard sign != 0, let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else {
      return nil
    }
    return sign * (hours * 3600 + minutes * 60)
  }
}
