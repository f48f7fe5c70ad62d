import Foundation
import Synchronization

/// A TLS connection that stays open between requests: `openssl s_client` with our bytes going in and the server's coming
/// out.
final class KeptConnection: @unchecked Sendable {
  private let process = Process()
  private let input = Pipe()
  private let bytes = Mutex<[UInt8]>([])

  /// - Parameters:
  ///   - protocolName: what ALPN offers: `http/1.1` or `h2`.
  ///   - port: the scene's first where not given.
  convenience init(
    _ scene: Scene, _ identity: Identity, protocolName: String = "http/1.1", version: String = "-tls1_3",
    port: Int? = nil
  ) throws {
    try self.init(
      port: port ?? scene.ports[0], authority: scene.authority.certificate, identity, protocolName: protocolName,
      version: version)
  }

  /// - Parameter authority: the server's CA.
  init(
    port: Int, authority: String, _ identity: Identity, protocolName: String = "http/1.1", version: String = "-tls1_3"
  ) throws {
    let output = Pipe()
    guard let path = Program.find("openssl") else { throw MissingProgram(name: "openssl") }
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = [
      "s_client", "-connect", "127.0.0.1:\(port)", "-servername", "localhost", "-cert",
      identity.certificate, "-key", identity.key, "-CAfile", authority, "-alpn", protocolName,
      version, "-quiet", "-no_ign_eof",
    ]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let reading = output.fileHandleForReading
    Thread { [weak self] in
      while true {
        let part = reading.availableData
        if part.isEmpty { return }
        self?.bytes.withLock { $0 += part }
      }
    }.start()
  }

  deinit { if process.isRunning { process.terminate() } }

  /// The server ended the connection.
  var isClosed: Bool { !process.isRunning }
  /// Everything that came so far.
  var received: [UInt8] { bytes.withLock { $0 } }
  var text: String { String(decoding: received, as: UTF8.self) }

  func send(_ bytes: [UInt8]) { try? input.fileHandleForWriting.write(contentsOf: Data(bytes)) }

  /// An HTTP/1.1 request; whether an answer with `answer` at its end came.
  func get(_ path: String = "/", expecting answer: String) -> Bool {
    let before = received.count
    send(Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
    return eventually { received.count > before && text.hasSuffix(answer) }
  }

  // MARK: HTTP/2

  /// The preface and empty SETTINGS (RFC 9113 §3.4).
  func beginHTTP2() { send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]) }

  /// `GET https://localhost` on a stream: static table entries and two literals (RFC 7541 appendix A).
  func requestHTTP2(_ stream: UInt8, _ path: String = "/") {
    let block: [UInt8] =
      [0x82, 0x87, 0x04, UInt8(path.utf8.count)] + Array(path.utf8) + [0x41, 9] + Array("localhost".utf8)
    send([0, 0, UInt8(block.count), 1, 5, 0, 0, 0, stream] + block)
  }

  /// Type and stream of each whole frame that came.
  var frames: [(type: UInt8, stream: UInt8)] {
    var found: [(type: UInt8, stream: UInt8)] = []
    var rest = received[...]
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      found.append((head[3], head[8]))
      rest = rest.dropFirst(9 + (Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])))
    }
    return found
  }

  var hasGoAway: Bool { frames.contains { $0.type == 7 } }
  func hasAnswer(_ stream: UInt8) -> Bool { frames.contains { $0.type == 0 && $0.stream == stream } }
}
