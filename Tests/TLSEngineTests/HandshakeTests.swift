import Cryptography
import NIOCore
import Synchronization
import TLSEngine
import Testing

@Suite("Handshakes")
struct HandshakeTests {
  static let keyTypes: [KeyType] = [.p256, .p384, .p521, .ed25519, .rsa(bits: 2048)]

  @Test(
    "every key type serves TLS 1.2 and 1.3, and proves a client", arguments: keyTypes, [TLSVersion.tls1_2, .tls1_3])
  func everyKeyType(type: KeyType, version: TLSVersion) throws {
    var server = TLSServerConfiguration(credentials: [try SelfSigned.credential(type)])
    server.clientCertificate = .requested
    server.maximumVersion = version
    let identity = try SelfSigned.credential(type, name: "client")
    let setup = try Setup(server, TLSClientConfiguration(credentials: [identity]))
    let wire = try setup.connect()
    let facts = try #require(wire.server.facts)
    #expect(facts.version == version)
    #expect(facts.peerChain == identity.chain)
    #expect(setup.serverSide.judged == [identity.chain])
    #expect(setup.clientSide.judged.count == 1)
    #expect(!facts.isResumed)
    #expect(facts.sigalg != nil && facts.peerSigalg != nil)
    wire.client.connection.write(buffer("ping"))
    wire.server.connection.write(buffer("pong"))
    wire.run()
    #expect(wire.server.plaintext == Array("ping".utf8))
    #expect(wire.client.plaintext == Array("pong".utf8))
  }

  @Test("of a peer that sends more certificates than are admitted the first alone is looked at, at either end")
  func certificateLimit() throws {
    var identity = try SelfSigned.credential()
    let more = try (0..<9).map { try SelfSigned.certificate(.generate(.p256), name: "\($0)") }
    identity.chain += more
    var server = TLSServerConfiguration(credentials: [identity])
    server.clientCertificate = .requested
    let client = TLSClientConfiguration(credentials: [identity])
    let admitted = try Setup(server, client)
    _ = try admitted.connect()
    #expect(admitted.serverSide.judged == [identity.chain] && admitted.serverSide.unread == 0, "ten, by default")
    #expect(admitted.clientSide.judged == [identity.chain] && admitted.clientSide.unread == 0)
    identity.chain.append(more[0])
    server.credentials = [identity]
    let beyond = try Setup(server, TLSClientConfiguration(credentials: [identity]))
    let facts = try #require(try beyond.connect().server.facts)
    #expect(beyond.serverSide.judged == [[identity.chain[0]]] && beyond.serverSide.unread == 10)
    #expect(beyond.clientSide.judged == [[identity.chain[0]]] && beyond.clientSide.unread == 10)
    #expect(facts.peerChainHash != ChainHash.of([identity.chain[0]]), "its session is not that of the leaf alone")
  }

  @Test("TLS 1.0 and 1.1 are spoken where they are asked for", arguments: [TLSVersion.tls1_0, .tls1_1])
  func oldVersions(version: TLSVersion) throws {
    var server = TLSServerConfiguration(credentials: [try SelfSigned.credential(.rsa(bits: 2048))])
    var client = TLSClientConfiguration()
    (server.minimumVersion, server.maximumVersion) = (version, version)
    (client.minimumVersion, client.maximumVersion) = (version, version)
    let wire = try Setup(server, client).connect()
    #expect(wire.server.facts?.version == version)
    #expect(wire.server.facts?.version.description == (version == .tls1_0 ? "TLSv1" : "TLSv1.1"))
  }

  @Test("facts name cipher, group, protocol, name and the client's offer as nginx's variables do")
  func facts() throws {
    var server = TLSServerConfiguration(credentials: [try SelfSigned.credential()])
    server.alpn = ["h2", "http/1.1"]
    server.groups = "prime256v1"
    var client = TLSClientConfiguration()
    client.alpn = ["http/1.1", "h2"]
    let facts = try #require(try Setup(server, client).connect(name: "a.example").server.facts)
    #expect(facts.cipher.hasPrefix("TLS_"))
    #expect(facts.group == "prime256v1")
    #expect(facts.alpn == "h2")
    #expect(facts.serverName == Array("a.example".utf8))
    #expect(facts.clientCiphers.contains("ECDHE-ECDSA-AES128-GCM-SHA256"))
    #expect(facts.clientCurves.contains("X25519MLKEM768:X25519:prime256v1"))
  }

  @Test("X25519MLKEM768 is agreed on by default")
  func hybrid() throws {
    let wire = try Setup(TLSServerConfiguration(credentials: [try SelfSigned.credential()])).connect()
    #expect(wire.server.facts?.group == "X25519MLKEM768")
  }

  @Test("of several certificates the client's abilities choose")
  func severalCredentials() throws {
    let ecdsa = try SelfSigned.credential(.p256)
    let rsa = try SelfSigned.credential(.rsa(bits: 2048))
    var server = TLSServerConfiguration(credentials: [ecdsa, rsa])
    server.maximumVersion = .tls1_2
    var client = TLSClientConfiguration()
    client.cipherList = "ECDHE-RSA-AES128-GCM-SHA256"
    let setup = try Setup(server, client)
    #expect(try setup.connect().client.facts?.peerChain == rsa.chain)
    client.cipherList = "ECDHE-ECDSA-AES128-GCM-SHA256"
    #expect(try Setup(server, client).connect().client.facts?.peerChain == ecdsa.chain)
  }

  @Test("the name chooses context, certificate, verification and versions", arguments: [TLSVersion.tls1_2, .tls1_3])
  func serverNames(version: TLSVersion) throws {
    let other = try SelfSigned.credential(name: "b.example")
    var second = TLSServerConfiguration(credentials: [other])
    second.clientCertificate = .requested
    second.policyID = [UInt8](repeating: 2, count: 32)
    second.maximumVersion = version
    second.groups = "P-384"
    second.alpn = ["http/1.1"]
    let first = TLSServerConfiguration(credentials: [try SelfSigned.credential(name: "a.example")])
    var client = TLSClientConfiguration(credentials: [try SelfSigned.credential(name: "client")])
    client.alpn = ["http/1.1"]
    let setup = try Setup(first, client)
    let chosen = try TLSServerContext(second)
    setup.serverSide.contexts["b.example"] = chosen
    let wire = try setup.connect(name: "b.example")
    #expect(wire.server.facts?.version == version)
    #expect(wire.server.facts?.group == "secp384r1")
    #expect(wire.server.facts?.alpn == "http/1.1")
    #expect(wire.server.facts?.serverContext === chosen)
    #expect(wire.client.facts?.peerChain == other.chain)
    #expect(setup.serverSide.judged.count == 1)
    let plain = try setup.connect(name: "a.example")
    #expect(plain.server.facts?.peerChain == [])
    #expect(setup.serverSide.names == [Array("b.example".utf8), Array("a.example".utf8)])
  }

  @Test("a handshake goes on without a certificate where one is only requested")
  func noClientCertificate() throws {
    var server = TLSServerConfiguration(credentials: [try SelfSigned.credential()])
    server.clientCertificate = .requested
    let setup = try Setup(server)
    let wire = try setup.connect(name: nil)
    #expect(wire.server.facts?.peerChain == [])
    #expect(wire.server.facts?.serverName == nil)
    #expect(setup.serverSide.judged.isEmpty)
  }

  @Test("a stapled status reaches the client that asks", arguments: [TLSVersion.tls1_2, .tls1_3])
  func stapling(version: TLSVersion) throws {
    var credential = try SelfSigned.credential()
    credential.ocspResponse = [UInt8](repeating: 0x5A, count: 5000)
    var server = TLSServerConfiguration(credentials: [credential])
    server.maximumVersion = version
    server.clientCANames = [[0x30, 0x00]]
    server.clientCertificate = .requested
    var client = TLSClientConfiguration()
    client.requestsStaple = true
    #expect(try Setup(server, client).connect().client.facts?.stapledResponse == credential.ocspResponse)
    #expect(try Setup(server).connect().client.facts?.stapledResponse == nil)
  }

  @Test("an address is never sent as a name", arguments: ["127.0.0.1", "::1"])
  func addresses(name: String) throws {
    let wire = try Setup(TLSServerConfiguration(credentials: [try SelfSigned.credential()])).connect(name: name)
    #expect(wire.server.facts != nil && wire.server.facts?.serverName == nil)
  }

  @Test("keys are logged where that is asked for")
  func keyLog() throws {
    let lines = Mutex<[String]>([])
    var server = TLSServerConfiguration(credentials: [try SelfSigned.credential()])
    server.keyLog = { line in lines.withLock { $0.append(line) } }
    _ = try Setup(server).connect()
    #expect(lines.withLock { $0.contains { $0.hasPrefix("SERVER_TRAFFIC_SECRET_0 ") } })
  }

  @Test("a verdict may come later", arguments: [TLSVersion.tls1_2, .tls1_3])
  func asynchronousVerdict(version: TLSVersion) throws {
    var server = TLSServerConfiguration(credentials: [try SelfSigned.credential()])
    server.clientCertificate = .requested
    server.maximumVersion = version
    let setup = try Setup(server, TLSClientConfiguration(credentials: [try SelfSigned.credential()]))
    setup.serverSide.decision = .pending
    let wire = try setup.wire()
    var woken = 0
    wire.server.connection.wake = { woken += 1 }
    wire.run()
    #expect(wire.server.isAwaitingVerdict)
    #expect(wire.server.facts == nil)
    wire.server.connection.peerVerified(.accept)
    wire.run()
    #expect(woken == 1)
    #expect(wire.server.facts != nil)
    #expect(setup.serverSide.judged.count == 1)
  }

  @Test("a late refusal sends its alert")
  func asynchronousRefusal() throws {
    var server = TLSServerConfiguration(credentials: [try SelfSigned.credential()])
    server.clientCertificate = .requested
    let setup = try Setup(server, TLSClientConfiguration(credentials: [try SelfSigned.credential()]))
    setup.serverSide.decision = .pending
    let wire = try setup.connect()
    wire.server.connection.peerVerified(.reject(.certificateRevoked))
    wire.run()
    #expect(wire.server.error == .peerRefused(.certificateRevoked))
    #expect(wire.client.error == .alertReceived(.certificateRevoked))
  }

  @Test("a client's verdict on the server may come later")
  func asynchronousClient() throws {
    let setup = try Setup(TLSServerConfiguration(credentials: [try SelfSigned.credential()]))
    setup.clientSide.decision = .pending
    let wire = try setup.connect()
    #expect(wire.client.isAwaitingVerdict && wire.client.facts == nil)
    wire.client.connection.peerVerified(.accept)
    wire.run()
    #expect(wire.client.facts != nil && wire.server.facts != nil)
  }
}
