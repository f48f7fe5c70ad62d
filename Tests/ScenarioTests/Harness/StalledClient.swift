import Foundation

/// A TLS client that sends, and reads next to nothing: `openssl s_client` into a pipe that nobody empties.
final class StalledClient {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  init(_ scene: Scene, protocolName: String = "http/1.1", sending bytes: [UInt8]) throws {
    guard let path = Program.find("openssl") else { throw MissingProgram(name: "openssl") }
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = [
      "s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-servername", "localhost", "-CAfile",
      scene.authority.certificate, "-alpn", protocolName, "-quiet", "-no_ign_eof",
    ]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(bytes))
  }

  deinit { end() }

  /// Goes away without having read what came, which resets the connection.
  func end() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Waits until something of the response has come; whether it did.
  func hasAnswer() -> Bool { !output.fileHandleForReading.availableData.isEmpty }
}
