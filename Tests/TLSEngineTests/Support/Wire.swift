import NIOCore
import TLSEngine

/// A server and a client joined by nothing but memory.
final class Wire {
  /// One end: its connection and what came of it.
  final class End {
    let connection: TLSConnection
    var facts: TLSSessionFacts?
    var plaintext: [UInt8] = []
    var closed: Bool?
    var error: TLSError?
    var isAwaitingVerdict = false

    init(_ connection: TLSConnection) { self.connection = connection }

    /// Drives the connection until it needs more.
    func settle() {
      while true {
        switch connection.progress() {
        case .needsInput: return
        case .awaitingVerdict:
          isAwaitingVerdict = true
          return
        case .handshakeCompleted(let facts): self.facts = facts
        case .plaintext(let bytes): plaintext.append(contentsOf: bytes.readableBytesView)
        case .closed(let isClean): closed = isClean
        case .failed(let error): self.error = error
        }
      }
    }
  }

  let server: End
  let client: End
  /// Changes bytes on their way to the server.
  var tamper: ((inout [UInt8]) -> Void)?
  /// The most bytes that go at once.
  var pieceSize = Int.max
  var bytesToClient = 0

  init(_ server: TLSConnection, _ client: TLSConnection) {
    self.server = End(server)
    self.client = End(client)
  }

  /// Carries bytes until neither end has any to send.
  func run() {
    for _ in 0..<200 {
      client.settle()
      server.settle()
      let up = carry(from: client, to: server, tamper)
      let down = carry(from: server, to: client, nil)
      bytesToClient += down
      if up + down == 0 { return }
    }
  }

  private func carry(from: End, to: End, _ tamper: ((inout [UInt8]) -> Void)?) -> Int {
    guard let output = from.connection.takeOutput() else { return 0 }
    var bytes = Array(output.readableBytesView)
    tamper?(&bytes)
    var rest = bytes[...]
    while !rest.isEmpty {
      var piece = ByteBuffer(bytes: rest.prefix(pieceSize))
      rest = rest.dropFirst(pieceSize)
      to.connection.received(&piece)
      to.settle()
    }
    return bytes.count
  }
}

/// A server context, a client context and their delegates, for handshake after handshake.
struct Setup {
  var server: TLSServerContext
  var client: TLSClientContext
  let serverSide: ServerSide
  let clientSide = ClientSide()

  init(_ server: TLSServerConfiguration, _ client: TLSClientConfiguration = TLSClientConfiguration()) throws {
    self.server = try TLSServerContext(server)
    self.client = try TLSClientContext(client)
    serverSide = ServerSide(self.server)
  }

  func wire(name: String? = "localhost", sessionKey: String? = nil) throws -> Wire {
    Wire(
      TLSConnection.server(context: server, delegate: serverSide),
      try TLSConnection.client(context: client, serverName: name, sessionKey: sessionKey, delegate: clientSide))
  }

  /// A wire after its handshake, and after the server's tickets were read.
  func connect(name: String? = "localhost", sessionKey: String? = nil) throws -> Wire {
    let wire = try wire(name: name, sessionKey: sessionKey)
    wire.run()
    if sessionKey != nil {
      // Tickets go with the server's first bytes.
      wire.server.connection.write(buffer("."))
      wire.run()
    }
    return wire
  }
}

func buffer(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }
