import Cryptography

extension DERReader {
  /// `Time` (RFC 5280 §4.1.2.5): UTCTime, or GeneralizedTime. Seconds are there, the zone is Z, no fraction.
  ///
  /// Deviation: GeneralizedTime before 2050 is read, as OpenSSL and BoringSSL do; it is never written.
  mutating func readTime() throws(DERError) -> UnixTime {
    nextTag == .generalizedTime ? try readGeneralizedTime() : try readUTCTime()
  }

  mutating func readGeneralizedTime() throws(DERError) -> UnixTime {
    let element = try read(.generalizedTime)
    return try time(element, yearDigits: 4)
  }

  /// Two digits of year: 50–99 are the last century, 00–49 this one.
  private mutating func readUTCTime() throws(DERError) -> UnixTime {
    let element = try read(.utcTime)
    return try time(element, yearDigits: 2)
  }

  private func time(_ element: DERElement, yearDigits: Int) throws(DERError) -> UnixTime {
    var scanner = TimeScanner(bytes, range: element.content)
    guard let digits = scanner.number(yearDigits), let month = scanner.number(2), let day = scanner.number(2),
      let hour = scanner.number(2), let minute = scanner.number(2), let second = scanner.number(2),
      scanner.skip("Z"), scanner.isAtEnd,
      let date = CalendarDate(
        year: yearDigits == 4 ? digits : digits < 50 ? 2000 + digits : 1900 + digits, month: month, day: day,
        hour: hour, minute: minute, second: second)
    else { throw DERError(.invalidTime, at: element.start) }
    return UnixTime(date)
  }
}

extension DERWriter {
  /// UTCTime through 2049, GeneralizedTime from 2050 on and before 1950 (RFC 5280 §4.1.2.5).
  mutating func time(_ time: UnixTime) {
    let date = time.calendarDate
    guard (1950..<2050).contains(date.year) else { return generalizedTime(time) }
    primitive(.utcTime, (UnixTime.padded(date.year % 100) + Self.rest(date)).utf8)
  }

  mutating func generalizedTime(_ time: UnixTime) {
    let date = time.calendarDate
    primitive(.generalizedTime, (UnixTime.padded(date.year, 4) + Self.rest(date)).utf8)
  }

  private static func rest(_ date: CalendarDate) -> String {
    [date.month, date.day, date.hour, date.minute, date.second].map { UnixTime.padded($0) }.joined() + "Z"
  }
}
