import Foundation
import Glibc

/// What a program left: its exit code and all it printed.
struct Outcome {
  let status: Int32
  let output: String
  let errors: String
}

/// Real programs, run as a person would.
enum Program {
  /// The command under test, as the build left it.
  static let countersign: String = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return package.appendingPathComponent(".build/debug/countersign").path
  }()

  @discardableResult
  static func run(_ program: String, _ arguments: [String], in folder: String? = nil) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program.hasPrefix("/") ? program : "/usr/bin/env")
    process.arguments = program.hasPrefix("/") ? arguments : [program] + arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    // Files, not pipes: a full pipe would stop the program.
    let capture = NSTemporaryDirectory() + "scenario-" + UUID().uuidString
    let (out, err) = (capture + ".out", capture + ".err")
    for path in [out, err] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    defer { for path in [out, err] { try? FileManager.default.removeItem(atPath: path) } }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: out)
    process.standardError = FileHandle(forWritingAtPath: err)
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: try String(contentsOfFile: out, encoding: .utf8),
      errors: try String(contentsOfFile: err, encoding: .utf8))
  }

  static func exists(_ program: String) -> Bool { (try? run("sh", ["-c", "command -v \(program)"]))?.status == 0 }

  /// Starts countersign and kills it with SIGKILL after `microseconds`, if it is still there.
  ///
  /// - Returns: whether it was killed.
  static func killCountersign(_ arguments: [String], after microseconds: UInt32) throws -> Bool {
    var pid: pid_t = 0
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for file in [0, 1, 2] as [Int32] { posix_spawn_file_actions_addopen(&actions, file, "/dev/null", O_RDWR, 0) }
    var argv: [UnsafeMutablePointer<CChar>?] = ([countersign] + arguments).map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    guard posix_spawn(&pid, countersign, &actions, nil, &argv, environ) == 0 else { throw CocoaError(.fileNoSuchFile) }
    usleep(microseconds)
    kill(pid, SIGKILL)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return status & 0x7F == SIGKILL
  }
}

/// A CA directory made by the program, gone when the test is over.
final class Scenario {
  let folder: String
  var pki: String { folder + "/pki" }

  init(_ initialize: [String]? = ["--no-passphrase", "--subject", "/O=Scenario/CN=Root"]) throws {
    folder = NSTemporaryDirectory() + "scenario-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if let initialize { try mustRun(["ca", "init"] + initialize) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func countersign(_ arguments: [String]) throws -> Outcome {
    try Program.run(Program.countersign, arguments + ["--dir", pki])
  }

  @discardableResult
  func mustRun(_ arguments: [String]) throws -> Outcome {
    let outcome = try countersign(arguments)
    guard outcome.status == 0 else { throw ScenarioFailure(what: "countersign \(arguments): \(outcome.errors)") }
    return outcome
  }

  @discardableResult
  func openssl(_ arguments: [String]) throws -> Outcome { try Program.run("openssl", arguments, in: folder) }

  /// A file of its owner alone, as passphrases must be.
  func write(_ text: String, to name: String) throws -> String {
    let path = folder + "/" + name
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    chmod(path, 0o600)
    return path
  }

  func names(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: pki + "/" + path)) ?? []).sorted()
  }

  /// `countersign list --json`.
  func list(_ filters: [String] = []) throws -> [Entry] {
    let outcome = try mustRun(["list", "--json"] + filters)
    return try JSONDecoder().decode([Entry].self, from: Data(outcome.output.utf8))
  }

  struct Entry: Decodable {
    let serial, status, name, subject, profile: String
    let certificateFile: String?
    let reason: String?
  }
}

struct ScenarioFailure: Error { let what: String }
