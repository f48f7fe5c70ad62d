import Foundation
import Testing

/// A session never lets in whom a full handshake would not, however servers share keys and caches.
///
/// Each test runs with sessions kept in every way, and each server answers what it makes of the client.
@Suite("Resumption")
struct ResumptionTests {
  typealias Means = SessionClient.Means

  fileprivate struct Stand {
    let scene: Scene
    let client: SessionClient
    let alice: Identity
    let means: Means

    init(_ means: Means, ports: Int = 2) throws {
      scene = try Scene(ports: ports)
      self.means = means
      client = SessionClient(scene: scene, means: means)
      alice = try scene.authority.issue("alice")
      try writeKey("ticket.key")
    }

    func writeKey(_ name: String) throws {
      try scene.directory.write(name, (0..<80).map { _ in UInt8.random(in: 0...255) })
    }

    /// A server that asks for certificates of the scene's CA unless told otherwise.
    func server(
      _ name: String, _ more: String = "", mode: String = "on", trust: String? = nil, port: Int = 1,
      keys: String = "ticket.key"
    ) -> String {
      """
      server {
        listen 127.0.0.1:@PORT\(port)@ ssl;
        server_name \(name);
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        ssl_client_certificate \(trust ?? scene.authority.certificate);
        ssl_verify_client \(mode);
        ssl_session_timeout 1h;
        \(means.directives(ticketKey: scene.directory.file(keys)))
        \(more)
        location / { return 200 "\(name) $ssl_client_verify $ssl_session_reused\\n"; }
      }
      """
    }

    func start(_ servers: String...) throws -> GatewayProcess { try scene.start(servers.joined(separator: "\n")) }

    func reload(_ gateway: GatewayProcess, _ servers: String..., generation: Int = 2) throws {
      try gateway.reload("events { }\nhttp {\n\(servers.joined(separator: "\n"))\n}\n", ports: scene.ports)
      #expect(eventually { gateway.errorLog.contains("generation \(generation) serves") }, "\(gateway.errorLog)")
    }

    /// A session that this very server does resume.
    func establish(
      _ name: String? = "a.example.com", host: String? = nil, port: Int = 0, as identity: Identity?
    ) throws {
      let first = try client.establish(name, host: host, port: port, as: identity)
      #expect(!first.isResumed && first.status == 200, "\(first)")
      let second = try client.offer(name, host: host, port: port, as: identity)
      #expect(second.isResumed && second.status == 200 && second.body.hasSuffix(" r"), "\(second)")
    }
  }

  @Test(
    "another server with another CA wants a handshake of its own, with and without a name", arguments: Means.allCases)
  func otherAuthority(means: Means) throws {
    let stand = try Stand(means)
    let other = try TestAuthority("other", in: stand.scene.directory)
    let gateway = try stand.start(
      stand.server("default.example.com", mode: "optional", trust: other.certificate),
      stand.server("a.example.com"),
      stand.server("b.example.com", "ssl_verify_client_failure continue;", trust: other.certificate))
    try stand.establish(as: stand.alice)
    let named = try stand.client.offer("b.example.com", as: stand.alice)
    #expect(!named.isResumed && named.body.hasPrefix("b.example.com FAILED:"), "\(named)")
    for host in ["a.example.com", "b.example.com", "default.example.com"] {
      let unnamed = try stand.client.offer(nil, host: host, as: stand.alice)
      #expect(!unnamed.isResumed && [400, 421].contains(unnamed.status), "\(host): \(unnamed)")
    }
    // And back: a session of the default server, made without a name.
    let guest = try other.issue("guest")
    try stand.establish(nil, host: "default.example.com", as: nil)
    for (name, identity) in [("a.example.com", guest), ("b.example.com", stand.alice)] {
      let answer = try stand.client.offer(name, as: identity)
      #expect(!answer.isResumed && !answer.body.contains("SUCCESS"), "\(name): \(answer)")
    }
    #expect(gateway.isRunning)
  }

  @Test(
    "a session made without a certificate, or with one that nobody vouched for, opens no server that asks",
    arguments: Means.allCases)
  func otherMode(means: Means) throws {
    let stand = try Stand(means)
    let stranger = try stand.scene.authority.selfSigned("stranger")
    let gateway = try stand.start(
      stand.server("off.example.com", mode: "off"), stand.server("optional.example.com", mode: "optional"),
      stand.server("unvouched.example.com", mode: "optional_no_ca"), stand.server("a.example.com"))
    for name in ["off.example.com", "optional.example.com", "unvouched.example.com"] {
      try stand.establish(name, as: nil)
      let answer = try stand.client.offer(as: nil)
      #expect(!answer.isResumed && answer.status == 400, "\(name): \(answer)")
      let withCertificate = try stand.client.offer(as: stand.alice)
      #expect(!withCertificate.isResumed && withCertificate.body == "a.example.com SUCCESS .", "\(withCertificate)")
    }
    try stand.client.establish("unvouched.example.com", as: stranger)
    for name in ["a.example.com", "unvouched.example.com"] {
      let answer = try stand.client.offer(name, as: stranger)
      #expect(!answer.isResumed && !answer.body.contains("SUCCESS"), "\(name): \(answer)")
    }
    #expect(gateway.isRunning)
  }

  @Test(
    "a server on another port with another mode, or on another gateway with another CA, does not resume",
    arguments: Means.allCases)
  func otherPort(means: Means) throws {
    let stand = try Stand(means, ports: 3)
    let other = try TestAuthority("other", in: stand.scene.directory)
    let gateway = try stand.start(
      stand.server("a.example.com", mode: "off"), stand.server("a.example.com", port: 2))
    let directory = try TemporaryDirectory()
    let second = try GatewayProcess(
      "events { }\nhttp {\n\(stand.server("a.example.com", trust: other.certificate, port: 3))\n}\n", in: directory,
      ports: stand.scene.ports)
    try stand.establish(port: 0, as: nil)
    #expect(try stand.client.offer(port: 1, as: nil).status == 400)
    try stand.establish(port: 1, as: stand.alice)
    for port in [0, 2] {
      let answer = try stand.client.offer(port: port, as: stand.alice)
      #expect(!answer.isResumed && !answer.body.contains("SUCCESS"), "port \(port): \(answer)")
    }
    #expect(gateway.isRunning && second.isRunning)
  }

  @Test("once the certificate is revoked its sessions are worth nothing", arguments: Means.allCases)
  func revoked(means: Means) throws {
    let stand = try Stand(means)
    try stand.scene.authority.writeCRL()
    let gateway = try stand.start(stand.server("a.example.com", "ssl_crl \(stand.scene.authority.crl);"))
    let bob = try stand.scene.authority.issue("bob")
    try stand.establish(as: stand.alice)
    try stand.scene.authority.revoke(stand.alice)
    try stand.scene.authority.writeCRL()
    #expect(eventually { gateway.errorLog.contains("files in effect") })
    let answer = try stand.client.offer(as: stand.alice)
    #expect(!answer.isResumed && answer.status == 400, "\(answer)")
    #expect(gateway.errorLog.contains("certificate revoked"))
    // A swap that doesn't touch the client costs it a full handshake at most.
    #expect(try stand.client.establish(as: bob).body == "a.example.com SUCCESS .")
    #expect(try stand.client.offer(as: bob).body == "a.example.com SUCCESS r")
  }

  @Test("once the CA is gone, by reload or from its file, so are its clients' sessions", arguments: Means.allCases)
  func authorityRemoved(means: Means) throws {
    let stand = try Stand(means)
    let other = try TestAuthority("other", in: stand.scene.directory)
    let texts = try [stand.scene.authority, other].map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
    let bundle = try stand.scene.directory.write("bundle.crt", texts.joined())
    let guest = try other.issue("guest")
    let gateway = try stand.start(stand.server("a.example.com", trust: bundle))
    try stand.establish(as: guest)
    try stand.reload(gateway, stand.server("a.example.com"))
    let afterReload = try stand.client.offer(as: guest)
    #expect(!afterReload.isResumed && afterReload.status == 400, "\(afterReload)")
    try stand.reload(gateway, stand.server("a.example.com", trust: bundle), generation: 3)
    try stand.establish(as: guest)
    try stand.scene.directory.write("bundle.crt", texts[0])
    #expect(eventually { gateway.errorLog.contains("files in effect") })
    let afterChange = try stand.client.offer(as: guest)
    #expect(!afterChange.isResumed && afterChange.status == 400, "\(afterChange)")
  }

  @Test("a session does not outlive its client's certificate", arguments: Means.allCases)
  func expired(means: Means) throws {
    let stand = try Stand(means)
    let gateway = try stand.start(stand.server("a.example.com"))
    let brief = try stand.scene.authority.issue("brief", seconds: 15)
    try stand.establish(as: brief)
    #expect(
      try eventually(within: 40) {
        let answer = try stand.client.offer(as: brief)
        return !answer.isResumed && answer.status == 400
      })
    #expect(gateway.errorLog.contains("certificate has expired"))
  }

  @Test("rules that a reload brings hold for sessions that were there before", arguments: Means.allCases)
  func rules(means: Means) throws {
    let stand = try Stand(means)
    let gateway = try stand.start(stand.server("a.example.com"))
    try stand.establish(as: stand.alice)
    try stand.reload(gateway, stand.server("a.example.com", "ssl_client_deny cn:alice;"))
    let answer = try stand.client.offer(as: stand.alice)
    #expect(answer.status == 403 && !answer.body.contains("SUCCESS"), "\(answer)")
  }

  @Test("a reload that is stricter about depth, CRLs or the certificate itself asks anew", arguments: Means.allCases)
  func stricter(means: Means) throws {
    let stand = try Stand(means)
    let middle = try TestAuthority("middle", in: stand.scene.directory, issuer: stand.scene.authority)
    var deep = try middle.issue("deep")
    deep.intermediates = middle.certificate
    let gateway = try stand.start(stand.server("a.example.com", "ssl_verify_depth 2;"))
    try stand.establish(as: deep)
    try stand.reload(gateway, stand.server("a.example.com", "ssl_verify_depth 0;"))
    let depth = try stand.client.offer(as: deep)
    #expect(!depth.isResumed && depth.status == 400, "\(depth)")

    try stand.scene.authority.revoke(stand.alice)
    try stand.scene.authority.writeCRL()
    try stand.establish(as: stand.alice)
    try stand.reload(
      gateway, stand.server("a.example.com", "ssl_crl \(stand.scene.authority.crl);"), generation: 3)
    let listed = try stand.client.offer(as: stand.alice)
    #expect(!listed.isResumed && listed.status == 400, "\(listed)")

    try stand.reload(gateway, stand.server("a.example.com", mode: "optional"), generation: 4)
    try stand.establish(as: nil)
    try stand.reload(gateway, stand.server("a.example.com"), generation: 5)
    let required = try stand.client.offer(as: nil)
    #expect(!required.isResumed && required.status == 400, "\(required)")
  }

  @Test(
    "tickets of a key that is second open, those of a key that is gone do not", arguments: [Means.ticket12, .ticket13])
  func rotation(means: Means) throws {
    let stand = try Stand(means)
    try stand.writeKey("new.key")
    let gateway = try stand.start(stand.server("a.example.com"))
    try stand.establish(as: stand.alice)
    let old = "ssl_session_ticket_key \(stand.scene.directory.file("ticket.key"));"
    try stand.reload(gateway, stand.server("a.example.com", old, keys: "new.key"))
    // The reload knows no chain yet: the first handshake is a full one, whatever the ticket.
    #expect(try Curl.status(stand, stand.alice) == 200)
    #expect(try stand.client.offer(as: stand.alice).isResumed)
    try stand.reload(gateway, stand.server("a.example.com", keys: "new.key"), generation: 3)
    #expect(try Curl.status(stand, stand.alice) == 200)
    let gone = try stand.client.offer(as: stand.alice)
    #expect(!gone.isResumed && gone.body == "a.example.com SUCCESS .", "\(gone)")
  }

  @Test("a ticket that was tampered with leads to a full handshake", arguments: [Means.ticket12, .ticket13])
  func tampered(means: Means) throws {
    let stand = try Stand(means)
    let gateway = try stand.start(stand.server("a.example.com"))
    try stand.establish(as: stand.alice)
    let der = stand.scene.directory.file("session.der")
    try Program.run("openssl", ["sess_id", "-in", stand.client.session, "-outform", "DER", "-out", der])
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: der)))
    let ticket = try #require(Self.ticket(in: whole))
    for offset in [0, 20, 40, 100] {
      var bytes = whole
      bytes[ticket + offset] ^= 1
      try stand.scene.directory.write("session.der", bytes)
      try Program.run("openssl", ["sess_id", "-inform", "DER", "-in", der, "-out", stand.client.session])
      let answer = try stand.client.offer(as: stand.alice)
      #expect(!answer.isResumed && answer.body == "a.example.com SUCCESS .", "\(offset): \(answer)")
    }
    #expect(gateway.isRunning)
  }

  /// Where the ticket begins in OpenSSL's form of a session: `[10] EXPLICIT OCTET STRING`, with lengths of two bytes.
  private static func ticket(in session: [UInt8]) -> Int? {
    session.indices.dropLast(8).first {
      session[$0] == 0xaa && session[$0 + 1] == 0x82 && session[$0 + 4] == 4 && session[$0 + 5] == 0x82
    }.map { $0 + 8 }
  }

  @Test(
    "a resumed connection stays with the server it was made for: another's Host is answered with 421",
    arguments: Means.allCases)
  func otherHost(means: Means) throws {
    let stand = try Stand(means)
    let other = try TestAuthority("other", in: stand.scene.directory)
    let gateway = try stand.start(
      stand.server("a.example.com"), stand.server("b.example.com", trust: other.certificate))
    try stand.establish(as: stand.alice)
    let answer = try stand.client.offer(host: "b.example.com", as: stand.alice)
    #expect(answer.isResumed && answer.status == 421, "\(answer)")
    #expect(gateway.isRunning)
  }
}

extension Curl {
  /// Asks a.example.com once, without any session.
  fileprivate static func status(_ stand: ResumptionTests.Stand, _ identity: Identity) throws -> Int {
    var curl = stand.scene.curl(identity)
    curl.host = "a.example.com"
    return try curl.get("/").status
  }
}
