import Cryptography
import Foundation
import TLSEngine

/// The openssl program, as a maker of certificates and as a client.
enum OpenSSL {
  static let path = "/usr/bin/openssl"
  static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

  struct Result {
    var status: Int32
    var output: String
  }

  /// Runs the program; `input` is its standard input, which then ends.
  static func run(_ arguments: [String], input: String = "") async throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let (standardInput, standardOutput) = (Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = standardOutput
    process.standardError = standardOutput
    try process.run()
    // A program that ended early has closed its input: what it said is told all the same.
    try? standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
    return await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        let data = standardOutput.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        continuation.resume(
          returning: Result(status: process.terminationStatus, output: String(decoding: data, as: UTF8.self)))
      }
    }
  }
}

/// A key and a self-signed certificate in a directory of their own.
struct Identity {
  let directory: URL
  let credential: TLSCredential
  var certificateFile: String { directory.appendingPathComponent("cert.pem").path }
  var keyFile: String { directory.appendingPathComponent("key.pem").path }

  static func make(_ name: String) async throws -> Identity {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("countersign-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let file = { directory.appendingPathComponent($0).path }
    _ = try await OpenSSL.run([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
      "/CN=\(name)", "-addext", "subjectAltName=DNS:localhost", "-keyout", file("key.pem"), "-out", file("cert.pem"),
    ])
    _ = try await OpenSSL.run(["x509", "-in", file("cert.pem"), "-outform", "DER", "-out", file("cert.der")])
    let key = try PrivateKey(pem: bytes(file("key.pem"))) { nil }
    return Identity(directory: directory, credential: TLSCredential(chain: [try bytes(file("cert.der"))], key: key))
  }

  private static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  func remove() { try? FileManager.default.removeItem(at: directory) }
}
