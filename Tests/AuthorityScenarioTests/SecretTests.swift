import Foundation
import Glibc
import Testing

@Suite("Secrets of a running command")
struct SecretTests {
  /// Starts a command that waits for standard input, with core files allowed before.
  private func status(of arguments: [String], in scenario: Scenario) throws -> (limits: String, owner: uid_t) {
    let fifo = scenario.folder + "/names"
    #expect(mkfifo(fifo, 0o600) == 0)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "ulimit -S -c unlimited; exec \"$@\"", "sh", Program.countersign] + arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let path = "/proc/\(process.processIdentifier)"
    defer {
      process.terminate()
      process.waitUntilExit()
    }
    // Open for writing only once the command reads: it is past its beginning then.
    let writer = open(fifo, O_WRONLY)
    defer { close(writer) }
    return (try String(contentsOfFile: path + "/limits", encoding: .utf8), geteuid())
  }

  @Test("a command leaves no core file, whatever the limit was that it was started with")
  func limits() throws {
    let scenario = try Scenario()
    let (limits, _) = try status(
      of: ["issue", "client", "--bulk", scenario.folder + "/names", "--dir", scenario.pki], in: scenario)
    let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
    #expect(core.split(separator: " ").dropFirst(4).first == "0", "\(core)")
  }

  @Test(
    "a process of the same user cannot read a command's memory",
    .enabled(if: Program.exists("setpriv") && geteuid() == 0))
  func dumpable() throws {
    let folder = NSTemporaryDirectory() + "dumpable-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(chmod(folder, 0o777) == 0)
    // Both as one user who is not root: the kernel shows such a process's files as root's then.
    let script = """
      cd "$1"; mkfifo names
      "$2" verify --batch names & pid=$!
      exec 3> names
      cat /proc/$pid/environ > /dev/null 2>&1 && echo readable || echo closed
      sleep 60 & other=$!
      cat /proc/$other/environ > /dev/null 2>&1 && echo readable || echo closed
      kill $other; exec 3>&-; wait $pid
      """
    let outcome = try Program.run(
      "setpriv",
      ["--reuid=65534", "--regid=65534", "--clear-groups", "bash", "-c", script, "sh", folder, Program.countersign])
    #expect(outcome.output.split(separator: "\n") == ["closed", "readable"], "\(outcome.errors)")
  }
}
