import Foundation

/// A gateway started for one test: its own prefix, configuration, ports and logs; stopped when let go of.
final class GatewayProcess: @unchecked Sendable {
  let directory: TemporaryDirectory
  private let process = Process()

  /// Starts `countersign gateway` on `configuration` and waits until it serves.
  ///
  /// `@DIR@` stands for the prefix, `@PORT1@`, `@PORT2@` … for free ports of this test.
  ///
  /// - Parameter descriptors: how many the process may have.
  init(_ configuration: String, in directory: TemporaryDirectory, ports: Ports, descriptors: Int? = nil) throws {
    self.directory = directory
    try Self.write(configuration, in: directory, ports: ports)
    let command = [
      Program.countersign, "gateway", "-p", directory.path + "/", "-c", "gateway.conf", "-e", "error.log",
    ]
    let limit = descriptors.map { "ulimit -n \($0); " } ?? ""
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "\(limit)exec \"$@\"", "sh"] + command
    process.standardOutput = try directory.writing("stdout")
    process.standardError = try directory.writing("stderr")
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let process = self.process
    let serving = eventually(within: 30) { directory.exists("gateway.pid") || !process.isRunning }
    guard serving, process.isRunning else {
      throw GatewayFailure(text: directory.text("stderr") + directory.text("error.log"))
    }
  }

  deinit { stop() }

  static func write(_ configuration: String, in directory: TemporaryDirectory, ports: Ports) throws {
    let body = ports.fill(configuration.replacingOccurrences(of: "@DIR@", with: directory.path))
    let head = "daemon off;\npid \(directory.path)/gateway.pid;\nerror_log \(directory.path)/error.log info;\n"
    // The default access log is logs/access.log, as in nginx.
    try directory.write("logs/.keep", "")
    try directory.write("gateway.conf", head + body)
  }

  var pid: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }
  var errorLog: String { directory.text("error.log") }

  func signal(_ number: Int32) { kill(pid, number) }

  /// Writes a new configuration and asks for a reload; returns when the log says how it went.
  func reload(_ configuration: String? = nil, ports: Ports) throws {
    if let configuration { try Self.write(configuration, in: directory, ports: ports) }
    signal(SIGHUP)
  }

  /// Asks for an orderly end and waits for it; the exit status.
  @discardableResult
  func stop(_ number: Int32 = SIGTERM) -> Int32 {
    guard process.isRunning else { return process.terminationStatus }
    signal(number)
    let process = self.process
    if !eventually(within: 20, { !process.isRunning }) { kill(pid, SIGKILL) }
    process.waitUntilExit()
    return process.terminationStatus
  }
}

struct GatewayFailure: Error, CustomStringConvertible {
  var text: String
  var description: String { "the gateway did not start: \(text)" }
}

/// Free TCP ports for one test, by name in its configuration.
struct Ports: Sendable {
  let numbers: [Int]

  init(_ count: Int = 1) throws { numbers = try (0..<count).map { _ in try Self.free() } }

  subscript(index: Int) -> Int { numbers[index] }

  func fill(_ text: String) -> String {
    var text = text
    for (index, port) in numbers.enumerated() {
      text = text.replacingOccurrences(of: "@PORT\(index + 1)@", with: String(port))
    }
    return text
  }

  /// Asks the kernel for a port that nothing listens on now.
  private static func free() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard bound else { throw GatewayFailure(text: "no free port: errno \(errno)") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
