import Testing

@testable import TLSEngine

/// Chooses contexts as told.
private final class Chooser: TLSServerDelegate {
  let base: TLSServerContext
  var choice = ContextChoice.pending
  var hellos: [TLSSessionFacts] = []
  var offered: [ResumableSession] = []

  init(_ base: TLSServerContext) { self.base = base }

  func contextForServerName(_ name: [UInt8]?) -> TLSServerContext? { base }

  func chooseContext(for hello: TLSSessionFacts, connection: TLSConnection) -> ContextChoice {
    hellos.append(hello)
    return choice
  }

  func verifyPeer(_ chain: [[UInt8]], connection: TLSConnection) -> PeerDecision { .accept }

  func mayResume(_ session: ResumableSession) -> Bool {
    offered.append(session)
    return true
  }
}

@Suite("Credentials chosen for each connection")
struct ContextChoiceTests {
  private let chooser: Chooser
  private let client: TLSClientContext
  private let clientSide = ClientSide()

  init() throws {
    var configuration = TLSServerConfiguration()
    configuration.choosesCredentials = true
    chooser = Chooser(try TLSServerContext(configuration))
    client = try TLSClientContext(TLSClientConfiguration())
  }

  private func context(_ credential: TLSCredential, policy: UInt8) throws -> TLSServerContext {
    var configuration = TLSServerConfiguration(
      credentials: [credential], ticketKeyring: chooser.base.configuration.ticketKeyring)
    configuration.policyID = [UInt8](repeating: policy, count: 32)
    return try TLSServerContext(configuration)
  }

  private func wire(sessionKey: String? = nil) throws -> Wire {
    Wire(
      TLSConnection.server(context: chooser.base, delegate: chooser),
      try TLSConnection.client(context: client, serverName: "one.example", sessionKey: sessionKey, delegate: clientSide)
    )
  }

  @Test("the chosen context's certificate is shown; the choice knows what the client offers")
  func atOnce() throws {
    let credential = try SelfSigned.credential(name: "chosen")
    chooser.choice = .context(try context(credential, policy: 1))
    let wire = try wire()
    wire.run()
    #expect(wire.client.facts?.peerChain == credential.chain)
    #expect(chooser.hellos.count == 1)
    #expect(chooser.hellos.first?.serverName == Array("one.example".utf8))
    #expect(chooser.hellos.first?.clientCipherIDs.contains(0x1301) == true)
  }

  @Test("a choice may come later, also in TLS 1.2", arguments: [TLSVersion.tls1_2, .tls1_3])
  func later(version: TLSVersion) throws {
    let credential = try SelfSigned.credential(name: "late")
    var configuration = TLSClientConfiguration()
    configuration.maximumVersion = version
    let wire = Wire(
      TLSConnection.server(context: chooser.base, delegate: chooser),
      try TLSConnection.client(
        context: try TLSClientContext(configuration), serverName: "one.example", delegate: clientSide))
    wire.run()
    #expect(wire.server.isAwaitingVerdict)
    #expect(wire.server.facts == nil)
    wire.server.connection.contextChosen(.context(try context(credential, policy: 1)))
    wire.run()
    #expect(wire.client.facts?.peerChain == credential.chain)
    #expect(wire.client.facts?.version == version)
    #expect(chooser.hellos.count == 1)
  }

  @Test("without credentials the handshake ends with internal_error, now or later")
  func unavailable() throws {
    chooser.choice = .unavailable
    let now = try wire()
    now.run()
    #expect(now.server.error == .credentialsUnavailable)
    #expect(now.client.error == .alertReceived(.internalError))
    chooser.choice = .pending
    let later = try wire()
    later.run()
    later.server.connection.contextChosen(.unavailable)
    later.run()
    #expect(later.server.error == .credentialsUnavailable)
    #expect(later.client.error == .alertReceived(.internalError))
  }

  @Test("a client that leaves while the choice is open ends the handshake")
  func leaves() throws {
    let wire = try wire()
    wire.run()
    wire.server.connection.receivedEOF()
    wire.server.settle()
    #expect(wire.server.error == .endedDuringHandshake)
  }

  @Test("a session is resumed under its certificate's context and under no other")
  func sessions() throws {
    let credential = try SelfSigned.credential()
    let first = try context(credential, policy: 1)
    func connect(_ chosen: TLSServerContext) throws -> Wire {
      chooser.choice = .context(chosen)
      let wire = try wire(sessionKey: "key")
      wire.run()
      wire.server.connection.write(buffer("."))
      wire.run()
      return wire
    }
    #expect(try connect(first).server.facts?.isResumed == false)
    #expect(try connect(first).server.facts?.isResumed == true)
    #expect(try connect(try context(credential, policy: 2)).server.facts?.isResumed == false)
  }
}

@Suite("Suites and signature schemes by OpenSSL's names")
struct CommandListTests {
  private func facts(
    server: (inout TLSServerConfiguration) -> Void = { _ in }, client: (inout TLSClientConfiguration) -> Void = { _ in }
  ) throws -> (facts: TLSSessionFacts?, error: TLSError?) {
    var serverConfiguration = TLSServerConfiguration(credentials: [try SelfSigned.credential()])
    server(&serverConfiguration)
    var clientConfiguration = TLSClientConfiguration()
    client(&clientConfiguration)
    let wire = try Setup(serverConfiguration, clientConfiguration).connect()
    return (wire.server.facts, wire.server.error)
  }

  @Test(
    "TLS 1.3 speaks the suites of the list and no others",
    arguments: ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"])
  func suites(name: String) throws {
    #expect(try facts(server: { $0.tls13CipherList = name }).facts?.cipher == name)
    #expect(try facts(client: { $0.tls13CipherList = name }).facts?.cipher == name)
  }

  @Test("no common suite ends the handshake")
  func noSuite() throws {
    let result = try facts(
      server: { $0.tls13CipherList = "TLS_AES_256_GCM_SHA384" },
      client: { $0.tls13CipherList = "TLS_AES_128_GCM_SHA256" })
    #expect(result.facts == nil)
    guard case .peerAtFault(let reason, _)? = result.error else { return #expect(Bool(false), "\(result)") }
    #expect(reason.name == "NO_SHARED_CIPHER")
  }

  @Test("the list's order counts where the server's preference does, else the client's")
  func order() throws {
    let list = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
    let preferred = try facts(
      server: {
        $0.tls13CipherList = list
        $0.preferServerCiphers = true
      }, client: { $0.tls13CipherList = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256" })
    #expect(preferred.facts?.cipher == "TLS_CHACHA20_POLY1305_SHA256")
    let client = try facts(
      server: { $0.tls13CipherList = list },
      client: { $0.tls13CipherList = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256" })
    #expect(client.facts?.cipher == "TLS_AES_128_GCM_SHA256")
  }

  @Test("a key signs with the schemes of the list only")
  func schemes() throws {
    #expect(try facts(server: { $0.signatureAlgorithms = "ECDSA+SHA256" }).facts?.sigalg == "ecdsa_secp256r1_sha256")
    #expect(try facts(server: { $0.signatureAlgorithms = "rsa_pss_rsae_sha256" }).facts == nil)
    #expect(try facts(client: { $0.peerSignatureAlgorithms = "ed25519:ECDSA+SHA384" }).facts == nil)
  }

  @Test("unknown names are refused, OpenSSL's others are skipped")
  func names() throws {
    #expect(throws: TLSConfigurationError.unknownCipher(name: "TLS_NONE")) { try TLS13CipherList("TLS_NONE") }
    #expect(throws: TLSConfigurationError.noUsableCipher(list: "TLS_AES_128_CCM_SHA256")) {
      try TLS13CipherList("TLS_AES_128_CCM_SHA256")
    }
    #expect(try TLS13CipherList("TLS_AES_128_CCM_SHA256:TLS_AES_256_GCM_SHA384").suites == [0x1302])
    #expect(try SignatureSchemes.parse("ed448:?never:ECDSA+SHA256:ed25519") == [0x0403, 0x0807])
    #expect(throws: TLSConfigurationError.unknownSignatureAlgorithm(name: "SHA256")) {
      try SignatureSchemes.parse("SHA256")
    }
  }
}
