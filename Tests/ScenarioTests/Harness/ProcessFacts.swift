import Foundation

/// What Linux tells of a process.
enum ProcessFacts {
  /// A field of /proc/PID/status in kilobytes: `VmRSS` is what is resident, `VmHWM` the most that ever was.
  static func kilobytes(_ field: String, of pid: Int32) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":") }
    guard let line, let number = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) }) else {
      throw GatewayFailure(text: "no \(field) of process \(pid)")
    }
    return number
  }

  /// How many descriptors are open.
  static func descriptors(of pid: Int32) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
  }

  /// How far the most memory so far lies above `before`, in megabytes.
  static func growth(of gateway: GatewayProcess, since before: Int) throws -> Int {
    (try kilobytes("VmHWM", of: gateway.pid) - before) >> 10
  }
}
