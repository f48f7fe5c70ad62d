import NIOCore

extension VariableTable {
  static let clock: [String: VariableGetter] = [
    "time_local": bytes { _ in WallClock.now.logTime },
    "time_iso8601": bytes { _ in WallClock.now.iso8601 },
    "msec": { _, out in
      out.append(milliseconds: WallClock.milliseconds)
      return true
    },
    "request_time": { request, out in
      out.append(milliseconds: (NIODeadline.now() - request.startTime).milliseconds)
      return true
    },
  ]
}
