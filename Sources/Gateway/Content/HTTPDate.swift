/// HTTP's dates (RFC 9110 §5.6.7), in seconds since 1970.
package enum HTTPDate {
  private static let days: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  static let months: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT`.
  package static func text(_ seconds: Int64) -> [UInt8] {
    let time = CalendarTime(seconds)
    var out: [UInt8] = []
    out.reserveCapacity(29)
    out.append(ascii: days[time.weekday])
    out.append(ascii: ", ")
    out.append(decimal: time.day, width: 2)
    out.append(0x20)
    out.append(ascii: months[time.month - 1])
    out.append(0x20)
    out.append(decimal: time.year, width: 4)
    out.append(0x20)
    time.appendClock(to: &out)
    out.append(ascii: " GMT")
    return out
  }

  /// Reads the three forms that RFC 9110 wants recipients to accept; `nil` for anything else.
  package static func seconds(_ text: [UInt8]) -> Int64? {
    let words = text.split { $0 == 0x20 || $0 == 0x2D || $0 == 0x2C }
    guard words.count >= 5 else { return nil }
    if decimalNumber(words[1]) == nil { return asctime(words) }
    guard let day = decimalNumber(words[1]), let month = month(words[2]), let year = year(words[3]),
      let clock = clock(words[4])
    else { return nil }
    return CalendarTime.seconds(year: year, month: month, day: day).map { $0 + clock }
  }

  private static func asctime(_ words: [ArraySlice<UInt8>]) -> Int64? {
    guard let month = month(words[1]), let day = decimalNumber(words[2]), let clock = clock(words[3]),
      let year = decimalNumber(words[4])
    else { return nil }
    return CalendarTime.seconds(year: year, month: month, day: day).map { $0 + clock }
  }

  private static func month(_ word: ArraySlice<UInt8>) -> Int? {
    months.firstIndex { $0.withUTF8Buffer { $0.elementsEqual(word) } }.map { $0 + 1 }
  }

  private static func year(_ word: ArraySlice<UInt8>) -> Int? {
    guard let year = decimalNumber(word) else { return nil }
    return word.count == 2 ? year + (year < 70 ? 2000 : 1900) : year
  }

  private static func clock(_ word: ArraySlice<UInt8>) -> Int64? {
    let parts = word.split(separator: UInt8(ascii: ":"))
    guard parts.count == 3, let hour = decimalNumber(parts[0]), let minute = decimalNumber(parts[1]),
      let second = decimalNumber(parts[2]), hour < 24, minute < 60, second < 61
    else { return nil }
    return Int64(hour * 3600 + minute * 60 + second)
  }
}

/// A moment in the proleptic Gregorian calendar, UTC.
struct CalendarTime {
  let year: Int
  /// 1…12.
  let month: Int
  let day: Int
  let hour: Int
  let minute: Int
  let second: Int
  /// 0: Sunday.
  let weekday: Int

  init(_ seconds: Int64) {
    let days = seconds.floorDivided(by: 86400)
    let rest = Int(seconds - days * 86400)
    hour = rest / 3600
    minute = rest % 3600 / 60
    second = rest % 60
    weekday = Int((days % 7 + 11) % 7)
    // Days are counted from 1 March of year 0, so that leap days end the year.
    let shifted = days + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = Int(shifted - era * 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0)
  }

  /// `nil` where there is no such day.
  static func seconds(year: Int, month: Int, day: Int) -> Int64? {
    guard (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year: year), year < 1_000_000 else {
      return nil
    }
    let shiftedYear = Int64(month <= 2 ? year - 1 : year)
    let era = shiftedYear.floorDivided(by: 400)
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (era * 146_097 + dayOfEra - 719_468) * 86400
  }

  private static func length(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// `08:49:37`.
  func appendClock(to out: inout [UInt8]) {
    out.append(decimal: hour, width: 2)
    out.append(0x3A)
    out.append(decimal: minute, width: 2)
    out.append(0x3A)
    out.append(decimal: second, width: 2)
  }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
