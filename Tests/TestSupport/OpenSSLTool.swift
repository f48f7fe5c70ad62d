import Foundation

/// The openssl command line, to check that others read what we write.
public enum OpenSSLTool {
  public struct Output {
    public var status: Int32
    public var standardOutput: [UInt8]
    public var standardError: String
    public var text: String { String(decoding: standardOutput, as: UTF8.self) }
  }

  public static func isInstalled(_ program: String = "openssl") -> Bool {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/\(program)")
  }

  public static func run(_ arguments: [String], program: String = "openssl", in directory: URL? = nil) throws -> Output
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/\(program)")
    process.arguments = arguments
    process.currentDirectoryURL = directory
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    let errorBytes = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Output(
      status: process.terminationStatus, standardOutput: Array(bytes),
      standardError: String(decoding: errorBytes, as: UTF8.self))
  }

  /// Runs `body` in a directory of its own that holds `files`.
  public static func withFiles<R>(_ files: [String: [UInt8]], _ body: (URL) throws -> R) throws -> R {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("countersign-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for (name, bytes) in files { try Data(bytes).write(to: directory.appendingPathComponent(name)) }
    return try body(directory)
  }
}
