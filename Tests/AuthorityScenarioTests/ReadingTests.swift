import Foundation
import Glibc
import Testing

/// Who may read a CA's folder and not write in it: an auditor, a backup, a read-only mount.
@Suite(
  "Without write access",
  .enabled(if: geteuid() != 0 || Program.exists("setpriv"), "root writes everywhere, and there is no setpriv"))
struct ReadingTests {
  /// A command as somebody who owns nothing of it.
  private func asReader(_ scenario: Scenario, _ arguments: [String]) throws -> Outcome {
    let command = [Program.countersign] + arguments + ["--dir", scenario.pki]
    guard geteuid() == 0 else { return try Program.run(command[0], Array(command.dropFirst())) }
    return try Program.run("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups"] + command)
  }

  private func makeReadable(_ scenario: Scenario, folders: String = "555") throws {
    let script = "chmod 755 . && chmod -R a+r pki && find pki -type d -exec chmod \(folders) {} +"
    #expect(try Program.run("sh", ["-c", script], in: scenario.folder).status == 0)
  }

  private func makeWritable(_ scenario: Scenario) throws {
    _ = try Program.run("sh", ["-c", "find pki -type d -exec chmod 755 {} +"], in: scenario.folder)
  }

  private static let reading: [[String]] = [
    ["list"], ["list", "--json"], ["show", "alice"], ["ca", "show", "--audit", "5"], ["export", "pem", "alice"],
    ["export", "chain", "alice"],
  ]

  @Test("reading commands work, say the same as to the owner, and leave the folder as it is")
  func commands() throws {
    let scenario = try Scenario()
    try scenario.mustRun(["issue", "client", "alice"])
    try scenario.mustRun(["revoke", "alice"])
    let owners = try Self.reading.map { try scenario.mustRun($0).output }
    try makeReadable(scenario)
    defer { try? makeWritable(scenario) }
    let before = scenario.names("ca")
    for (command, expected) in zip(Self.reading, owners) {
      let outcome = try asReader(scenario, command)
      #expect(outcome.status == 0, "\(command): \(outcome.errors)")
      #expect(outcome.output == expected)
      #expect(outcome.errors.isEmpty)
    }
    #expect(scenario.names("ca") == before)
    let refused = try asReader(scenario, ["issue", "client", "bob"])
    #expect(refused.status == 1 && !refused.errors.isEmpty)
  }

  @Test("what a writer that is still there has committed is seen as well")
  func beside() throws {
    let scenario = try Scenario()
    try scenario.mustRun(["issue", "client", "alice"])
    // A connection that stays open keeps the log and its index in the folder.
    let ledger = scenario.pki + "/ca/ledger.sqlite"
    let script = """
      import sqlite3, sys, time
      c = sqlite3.connect(sys.argv[1]); c.execute("pragma journal_mode=wal")
      c.execute("update certificate set name = 'renamed'"); c.commit()
      open(sys.argv[2], "w").close(); time.sleep(60)
      """
    let writer = Process()
    writer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    writer.arguments = ["python3", "-c", script, ledger, scenario.folder + "/ready"]
    try writer.run()
    defer { writer.terminate() }
    while writer.isRunning, !FileManager.default.fileExists(atPath: scenario.folder + "/ready") { usleep(20_000) }
    try makeReadable(scenario)
    defer { try? makeWritable(scenario) }
    let outcome = try asReader(scenario, ["list"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("renamed"))
  }

  @Test("a log that nobody can catch up with is said, not passed over")
  func leftLog() throws {
    let scenario = try Scenario()
    try scenario.mustRun(["issue", "client", "alice"])
    let script = """
      import os, sqlite3, sys
      c = sqlite3.connect(sys.argv[1]); c.execute("pragma journal_mode=wal")
      c.execute("update certificate set name = 'renamed'"); c.commit(); os.kill(os.getpid(), 9)
      """
    _ = try Program.run("python3", ["-c", script, scenario.pki + "/ca/ledger.sqlite"])
    unlink(scenario.pki + "/ca/ledger.sqlite-shm")
    try makeReadable(scenario)
    defer { try? makeWritable(scenario) }
    let outcome = try asReader(scenario, ["list"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("countersign list"))
    try makeWritable(scenario)
    #expect(try scenario.mustRun(["list"]).output.contains("renamed"))
    try makeReadable(scenario)
    #expect(try asReader(scenario, ["list"]).output.contains("renamed"))
  }
}
