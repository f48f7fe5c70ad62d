import Cryptography
import NIOCore
import TLSEngine
import Testing

@Suite("Failures and their alerts")
struct AlertTests {
  private func server(_ change: (inout TLSServerConfiguration) -> Void = { _ in }) throws -> TLSServerConfiguration {
    var server = TLSServerConfiguration(credentials: [try SelfSigned.credential()])
    change(&server)
    return server
  }

  @Test(
    "a refusal is told to the client by the alert the delegate chose",
    arguments: [
      TLSAlert.badCertificate, .unknownCA, .certificateExpired, .certificateRevoked, .unsupportedCertificate,
      .accessDenied, .certificateUnknown,
    ], [TLSVersion.tls1_2, .tls1_3])
  func refusals(alert: TLSAlert, version: TLSVersion) throws {
    let setup = try Setup(
      server {
        $0.clientCertificate = .requested
        $0.maximumVersion = version
      }, TLSClientConfiguration(credentials: [try SelfSigned.credential()]))
    setup.serverSide.decision = .reject(alert)
    let wire = try setup.connect()
    #expect(wire.server.error == .peerRefused(alert))
    #expect(wire.server.error?.sentAlert == alert)
    #expect(wire.client.error == .alertReceived(alert))
  }

  @Test("a required certificate that is missing ends the handshake")
  func required() throws {
    let wire = try Setup(server { $0.clientCertificate = .required }).connect()
    #expect(wire.server.error?.sentAlert == .certificateRequired)
    #expect(wire.client.error == .alertReceived(.certificateRequired))
  }

  @Test("an unknown name is refused by unrecognized_name")
  func unknownName() throws {
    let setup = try Setup(server())
    setup.serverSide.fallback = nil
    let wire = try setup.connect(name: "nobody.example")
    #expect(wire.server.error == .nameRefused(serverName: Array("nobody.example".utf8)))
    #expect(wire.client.error == .alertReceived(.unrecognizedName))
  }

  @Test("ssl_reject_handshake needs no certificate and refuses every name")
  func rejectHandshake() throws {
    var configuration = TLSServerConfiguration()
    configuration.rejectHandshake = true
    let wire = try Setup(configuration).connect()
    #expect(wire.server.error?.sentAlert == .unrecognizedName)
    #expect(wire.client.error == .alertReceived(.unrecognizedName))
  }

  @Test("no common version, cipher or protocol has its alert")
  func nothingInCommon() throws {
    var old = TLSClientConfiguration()
    (old.minimumVersion, old.maximumVersion) = (.tls1_0, .tls1_1)
    #expect(try Setup(server(), old).connect().client.error == .alertReceived(.protocolVersion))

    var cipher = TLSClientConfiguration()
    cipher.maximumVersion = .tls1_2
    cipher.cipherList = "ECDHE-RSA-AES128-GCM-SHA256"
    let wire = try Setup(server(), cipher).connect()
    #expect(wire.client.error == .alertReceived(.handshakeFailure))
    guard case .peerAtFault(let reason, sent: .handshakeFailure)? = wire.server.error else {
      Issue.record("\(String(describing: wire.server.error))")
      return
    }
    #expect(reason.name.contains("CIPHER") || reason.name.contains("CERTIFICATE"))

    var alpn = TLSClientConfiguration()
    alpn.alpn = ["spdy/3"]
    let third = try Setup(server { $0.alpn = ["h2"] }, alpn).connect()
    #expect(third.client.error == .alertReceived(.noApplicationProtocol))
  }

  @Test("the client's refusal of the server is told too")
  func clientRefuses() throws {
    let setup = try Setup(server())
    setup.clientSide.decision = .reject(.unknownCA)
    let wire = try setup.connect()
    #expect(wire.client.error == .peerRefused(.unknownCA))
    #expect(wire.server.error == .alertReceived(.unknownCA))
    #expect(wire.server.error?.description.contains("SSL alert number 48") == true)
  }

  @Test("a refusal in the clear, as OpenSSL's clients send it in TLS 1.3, is the client's alert", arguments: [1, 2])
  func plaintextAlert(level: UInt8) throws {
    #expect(try error(after: [21, 3, 3, 0, 2, level, 48]) == .alertReceived(.unknownCA))
  }

  @Test(
    "what only begins like an alert is a damaged record",
    arguments: [
      [21, 3, 3, 0, 3, 2, 48, 0], [21, 3, 3, 0, 2, 3, 48], [23, 3, 3, 0, 2, 2, 48],
    ] as [[UInt8]])
  func notAnAlert(bytes: [UInt8]) throws {
    guard case .peerAtFault? = try error(after: bytes) else {
      Issue.record("taken for something else")
      return
    }
  }

  /// What a server makes of `bytes` in place of the client's second flight.
  private func error(after bytes: [UInt8]) throws -> TLSError? {
    let wire = try Setup(server()).wire()
    wire.client.settle()
    for var flight in [try #require(wire.client.connection.takeOutput()), ByteBuffer(bytes: bytes)] {
      #expect(wire.server.error == nil)
      wire.server.connection.received(&flight)
      wire.server.settle()
    }
    return wire.server.error
  }

  @Test("an end of the transport within the handshake is told apart")
  func endedDuringHandshake() throws {
    let wire = try Setup(server()).wire()
    wire.server.connection.receivedEOF()
    wire.server.settle()
    #expect(wire.server.error == .endedDuringHandshake)
    #expect(wire.client.connection.handshakeTimedOut() == .handshakeTimedOut)
  }
}
