import Foundation

/// A foreign program run to its end: what it printed and how it ended.
struct Run {
  var status: Int32
  var output: String
  var errors: String

  var succeeded: Bool { status == 0 }
}

enum Program {
  /// The folder of the package, found from this file.
  static let packageDirectory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The product under test, as the build that made these tests left it.
  static let countersign = packageDirectory.appendingPathComponent(".build/debug/countersign").path

  /// Where `name` stands in PATH; `nil` where it is not installed.
  static func find(_ name: String) -> String? {
    if name.hasPrefix("/") { return FileManager.default.isExecutableFile(atPath: name) ? name : nil }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    for directory in path.split(separator: ":") {
      let candidate = "\(directory)/\(name)"
      if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
    }
    return nil
  }

  /// Runs a program and waits for it; after `limit` seconds it is killed and the status is -1.
  @discardableResult
  static func run(
    _ name: String, _ arguments: [String], input: String = "", directory: String? = nil,
    environment: [String: String] = [:], limit: Int = 60
  ) throws -> Run {
    guard let path = find(name) else { throw MissingProgram(name: name) }
    let folder = try TemporaryDirectory()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    try folder.write("in", input)
    process.standardInput = try FileHandle(forReadingFrom: folder.url("in"))
    process.standardOutput = try folder.writing("out")
    process.standardError = try folder.writing("err")
    try process.run()
    let deadline = Date().addingTimeInterval(Double(limit))
    while process.isRunning && Date() < deadline { usleep(5_000) }
    let timedOut = process.isRunning
    if timedOut { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return Run(
      status: timedOut ? -1 : process.terminationStatus, output: folder.text("out"), errors: folder.text("err"))
  }
}

struct MissingProgram: Error, CustomStringConvertible {
  var name: String
  var description: String { "\(name) is not installed; make test installs it" }
}

/// A folder of its own for one test, removed when the test lets go of it.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("countersign-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func url(_ name: String) -> URL { URL(fileURLWithPath: path).appendingPathComponent(name) }
  func file(_ name: String) -> String { url(name).path }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  /// Replaces the file as a careful operator would: a temporary name, then a rename.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let target = url(name)
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: target, options: .atomic)
    return target.path
  }

  /// A file of its owner alone, as keys and passphrases must be.
  @discardableResult
  func writeSecret(_ name: String, _ text: String) throws -> String {
    let path = try write(name, text)
    chmod(path, 0o600)
    return path
  }

  func writing(_ name: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: file(name), contents: nil)
    return try FileHandle(forWritingTo: url(name))
  }

  func text(_ name: String) -> String {
    (try? Data(contentsOf: url(name))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
}

/// Waits until `condition` holds, `limit` seconds at most; whether it did.
func eventually(within limit: Double = 15, _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = Date().addingTimeInterval(limit)
  while Date() < deadline {
    if try condition() { return true }
    usleep(20_000)
  }
  return try condition()
}
