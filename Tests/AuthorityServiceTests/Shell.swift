import Foundation

enum Shell {
  /// Whether it ended well.
  static func run(_ line: String) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", line]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
