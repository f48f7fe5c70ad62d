import Glibc
import Synchronization

/// The time of day, in the forms that responses and logs need; made once a second.
enum WallClock {
  /// One second, worded.
  final class Second: Sendable {
    let seconds: Int64
    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    let httpDate: [UInt8]
    /// `06/Nov/1994:08:49:37 +0000`, local: `$time_local`.
    let logTime: [UInt8]
    /// `1994-11-06T08:49:37+00:00`, local: `$time_iso8601`.
    let iso8601: [UInt8]
    /// `1994/11/06 08:49:37`, local: error logs.
    let errorLogTime: [UInt8]

    fileprivate init(_ seconds: Int64) {
      self.seconds = seconds
      httpDate = HTTPDate.text(seconds)
      var instant = time_t(seconds)
      var zone = tm()
      localtime_r(&instant, &zone)
      let offset = Int64(zone.tm_gmtoff)
      let local = CalendarTime(seconds + offset)
      logTime = Self.logTime(local, offset)
      iso8601 = Self.iso8601(local, offset)
      errorLogTime = Self.date(local, separator: "/") + [0x20] + Self.clock(local)
    }

    private static func clock(_ time: CalendarTime) -> [UInt8] {
      var out: [UInt8] = []
      time.appendClock(to: &out)
      return out
    }

    private static func date(_ time: CalendarTime, separator: StaticString) -> [UInt8] {
      var out: [UInt8] = []
      out.append(decimal: time.year, width: 4)
      out.append(ascii: separator)
      out.append(decimal: time.month, width: 2)
      out.append(ascii: separator)
      out.append(decimal: time.day, width: 2)
      return out
    }

    private static func logTime(_ time: CalendarTime, _ offset: Int64) -> [UInt8] {
      var out: [UInt8] = []
      out.append(decimal: time.day, width: 2)
      out.append(0x2F)
      out.append(ascii: HTTPDate.months[time.month - 1])
      out.append(0x2F)
      out.append(decimal: time.year, width: 4)
      out.append(0x3A)
      time.appendClock(to: &out)
      out.append(0x20)
      appendOffset(offset, separator: "", to: &out)
      return out
    }

    private static func iso8601(_ time: CalendarTime, _ offset: Int64) -> [UInt8] {
      var out = date(time, separator: "-")
      out.append(UInt8(ascii: "T"))
      time.appendClock(to: &out)
      appendOffset(offset, separator: ":", to: &out)
      return out
    }

    private static func appendOffset(_ offset: Int64, separator: StaticString, to out: inout [UInt8]) {
      let minutes = Int(offset.magnitude / 60)
      out.append(offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
      out.append(decimal: minutes / 60, width: 2)
      out.append(ascii: separator)
      out.append(decimal: minutes % 60, width: 2)
    }
  }

  private static let current = Mutex(Second(0))

  static var now: Second {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    let seconds = Int64(time.tv_sec)
    return current.withLock { second in
      if second.seconds != seconds { second = Second(seconds) }
      return second
    }
  }

  /// The next time that the local clock shows `second` of the day.
  static func time(today second: Int64, after now: Int64) -> Int64 {
    var instant = time_t(now)
    var zone = tm()
    localtime_r(&instant, &zone)
    let midnight = now - Int64(zone.tm_hour * 3600 + zone.tm_min * 60 + zone.tm_sec)
    let time = midnight + second
    return time > now ? time : time + 86400
  }

  /// Since 1970.
  static var milliseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
