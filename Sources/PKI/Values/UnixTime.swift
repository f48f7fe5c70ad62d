/// A moment, in whole seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct UnixTime: Hashable, Comparable, Sendable, Codable {
  public var seconds: Int64

  public init(_ seconds: Int64) { self.seconds = seconds }

  public static func < (a: UnixTime, b: UnixTime) -> Bool { a.seconds < b.seconds }

  /// The whole seconds of `duration` later; stays within what 64 bits hold.
  public static func + (time: UnixTime, duration: Duration) -> UnixTime {
    let (sum, overflow) = time.seconds.addingReportingOverflow(duration.components.seconds)
    return UnixTime(overflow ? (duration < .zero ? .min : .max) : sum)
  }

  public static func - (time: UnixTime, duration: Duration) -> UnixTime { time + (.zero - duration) }

  /// 9999-12-31T23:59:59Z: a certificate that never expires (RFC 5280 §4.1.2.5).
  public static let noWellDefinedExpiration = UnixTime(253_402_300_799)
}

/// The proleptic Gregorian calendar, UTC.
public struct CalendarDate: Hashable, Sendable {
  public var year: Int
  public var month: Int
  public var day: Int
  public var hour: Int
  public var minute: Int
  public var second: Int

  /// Nil for a date or time that does not exist, and for leap seconds.
  public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    guard (0...9999).contains(year), (1...12).contains(month), (0..<24).contains(hour), (0..<60).contains(minute),
      (0..<60).contains(second), day >= 1, day <= Self.days(inMonth: month, of: year)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
    (self.hour, self.minute, self.second) = (hour, minute, second)
  }

  /// A date that is known to exist.
  fileprivate init(existing date: (year: Int, month: Int, day: Int), secondOfDay: Int) {
    (year, month, day) = date
    (hour, minute, second) = (secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
  }

  private static func days(inMonth month: Int, of year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }
}

extension UnixTime {
  public init(_ date: CalendarDate) {
    // Years begin in March here, so that the leap day is the last of its year.
    let year = date.month > 2 ? date.year : date.year - 1
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1
    let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    self.init(Int64(days * 86_400 + date.hour * 3600 + date.minute * 60 + date.second))
  }

  /// The moment on the calendar; years outside of 0000…9999 become the nearest of them.
  public var calendarDate: CalendarDate {
    let clamped = Int(min(max(seconds, -62_167_219_200), Self.noWellDefinedExpiration.seconds))
    let days = (clamped >= 0 ? clamped : clamped - 86_399) / 86_400
    let rest = clamped - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return CalendarDate(
      existing: (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1),
      secondOfDay: rest)
  }
}
