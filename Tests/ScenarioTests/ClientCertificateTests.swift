import Foundation
import Testing

/// Every kind of bad certificate, every mode, both TLS versions: the status, the reason, the alert.
@Suite("Client certificates")
struct ClientCertificateTests {
  /// A certificate with one fault, and what OpenSSL calls it.
  struct Fault: CustomTestStringConvertible, Sendable {
    var name: String
    var reason: String
    var alert: String
    var make: @Sendable (Scene) throws -> Identity
    var testDescription: String { name }
  }

  static let faults: [Fault] = [
    Fault(name: "expired", reason: "certificate has expired", alert: "certificate expired") {
      try $0.authority.issue("old", from: -20, to: -2)
    },
    Fault(name: "not yet valid", reason: "certificate is not yet valid", alert: "bad certificate") {
      try $0.authority.issue("early", from: 2, to: 20)
    },
    Fault(name: "of another CA", reason: "unable to verify the first certificate", alert: "unknown ca") {
      try TestAuthority("other", in: $0.directory).issue("stranger")
    },
    // The last finding, as OpenSSL: after "self-signed certificate" there is no CRL of that issuer either.
    Fault(name: "self-signed", reason: "unable to get certificate CRL", alert: "unknown ca") {
      try $0.authority.selfSigned("self")
    },
    Fault(name: "for servers", reason: "unsuitable certificate purpose", alert: "unsupported certificate") {
      try $0.authority.issue("server", .server)
    },
    Fault(name: "revoked", reason: "certificate revoked", alert: "certificate revoked") { scene in
      let identity = try scene.authority.issue("revoked")
      try scene.authority.revoke(identity)
      try scene.authority.writeCRL()
      return identity
    },
    Fault(name: "with a tampered signature", reason: "certificate signature failure", alert: "decrypt error") {
      try Self.tampered($0)
    },
    Fault(
      name: "below an intermediate that was not sent", reason: "unable to verify the first certificate",
      alert: "unknown ca"
    ) {
      try TestAuthority("middle", in: $0.directory, issuer: $0.authority).issue("deep")
    },
  ]

  /// Flips a bit of the signature, which stands last in the certificate.
  static func tampered(_ scene: Scene) throws -> Identity {
    var identity = try scene.authority.issue("tampered")
    let der = scene.directory.file("tampered.der")
    try Program.run("openssl", ["x509", "-in", identity.certificate, "-outform", "DER", "-out", der])
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: der)))
    bytes[bytes.count - 6] ^= 1
    try scene.directory.write("tampered.der", bytes)
    identity.certificate = scene.directory.file("tampered.crt")
    try Program.run("openssl", ["x509", "-inform", "DER", "-in", der, "-out", identity.certificate])
    return identity
  }

  static func configuration(
    _ scene: Scene, mode: String, failure: String = "respond", checksCRL: Bool = true
  ) -> String {
    """
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      http2 on;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      \(checksCRL ? "ssl_crl \(scene.authority.crl);" : "")
      ssl_verify_client \(mode);
      ssl_verify_client_failure \(failure);
      location / { return 200 "$ssl_client_verify"; }
    }
    """
  }

  @Test("with respond a bad certificate gets 400, in TLS 1.2 and 1.3", arguments: faults)
  func respond(fault: Fault) throws {
    let scene = try Scene()
    let identity = try fault.make(scene)
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.configuration(scene, mode: "on"))
    for version in ["1.2", "1.3"] {
      let answer = try scene.curl(identity).get("/", ["--tls-max", version, "--tlsv\(version)"])
      #expect(answer.status == 400, "TLS \(version): \(answer.errors)")
      #expect(answer.body.contains("The SSL certificate error"))
    }
    #expect(gateway.errorLog.contains(fault.reason), "\(gateway.errorLog)")
  }

  @Test("with continue the request goes on and $ssl_client_verify says why", arguments: faults)
  func goOn(fault: Fault) throws {
    let scene = try Scene()
    let identity = try fault.make(scene)
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.configuration(scene, mode: "optional", failure: "continue"))
    let answer = try scene.curl(identity).get("/")
    #expect(answer.status == 200)
    #expect(answer.body == "FAILED:\(fault.reason)")
    #expect(gateway.isRunning)
  }

  @Test("with handshake the handshake ends with the alert that names the failure", arguments: faults)
  func handshake(fault: Fault) throws {
    let scene = try Scene()
    let identity = try fault.make(scene)
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.configuration(scene, mode: "on", failure: "handshake"))
    for version in ["-tls1_2", "-tls1_3"] {
      let run = try Program.run(
        "openssl",
        [
          "s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-cert", identity.certificate, "-key", identity.key,
          "-CAfile", scene.authority.certificate, "-servername", "localhost", version, "-ign_eof",
        ], input: "GET / HTTP/1.0\r\n\r\n", limit: 20)
      #expect(run.errors.contains("alert \(fault.alert)"), "\(version): \(run.errors)")
      #expect(!run.output.contains("HTTP/1.1 200"))
    }
    #expect(gateway.isRunning)
  }

  @Test("without a certificate: on 400, optional and optional_no_ca NONE, handshake an alert")
  func none() throws {
    for (mode, failure, expected) in [
      ("on", "respond", "400"), ("optional", "respond", "NONE"), ("optional_no_ca", "respond", "NONE"),
      ("off", "respond", "NONE"),
    ] {
      let scene = try Scene()
      try scene.authority.writeCRL()
      let gateway = try scene.start(Self.configuration(scene, mode: mode, failure: failure))
      let answer = try scene.curl.get("/")
      #expect(expected == "400" ? answer.status == 400 : answer.body == expected, "\(mode)")
      #expect(gateway.isRunning)
    }
    let scene = try Scene()
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.configuration(scene, mode: "on", failure: "handshake"))
    for (version, alert) in [("1.2", "handshake failure"), ("1.3", "certificate required")] {
      let answer = try scene.curl.get("/", ["--tls-max", version, "--tlsv\(version)"])
      #expect(answer.exit != 0, "TLS \(version)")
      #expect(answer.errors.contains(alert), "TLS \(version): \(answer.errors)")
    }
    #expect(gateway.isRunning)
  }

  @Test("optional_no_ca lets an unknown CA in, tells the truth about it, and refuses an expired certificate")
  func optionalWithoutCA() throws {
    let scene = try Scene()
    let gateway = try scene.start(Self.configuration(scene, mode: "optional_no_ca", checksCRL: false))
    let stranger = try TestAuthority("other", in: scene.directory).issue("stranger")
    let answer = try scene.curl(stranger).get("/")
    #expect(answer.body == "FAILED:unable to verify the first certificate")
    let expired = try scene.authority.issue("old", from: -20, to: -2)
    #expect(try scene.curl(expired).get("/").status == 400)
    #expect(gateway.isRunning)
  }

  @Test("ssl_verify_depth counts the intermediates a client sends")
  func depth() throws {
    let scene = try Scene()
    let middle = try TestAuthority("middle", in: scene.directory, issuer: scene.authority)
    var client = try middle.issue("deep")
    let chain = try [client.certificate, middle.certificate].map { try String(contentsOfFile: $0, encoding: .utf8) }
    client.certificate = try scene.directory.write("chain.crt", chain.joined())
    for (depth, expected) in [(0, "FAILED:unable to get local issuer certificate"), (1, "SUCCESS"), (2, "SUCCESS")] {
      let gateway = try scene.start(
        """
        server {
          listen 127.0.0.1:@PORT1@ ssl;
          ssl_certificate \(scene.server.certificate);
          ssl_certificate_key \(scene.server.key);
          ssl_client_certificate \(scene.authority.certificate);
          ssl_verify_client optional;
          ssl_verify_client_failure continue;
          ssl_verify_depth \(depth);
          return 200 "$ssl_client_verify";
        }
        """)
      #expect(try scene.curl(client).get("/").body == expected, "depth \(depth)")
      gateway.stop()
    }
  }

  @Test("ssl_verify_profile strict refuses what compatible puts up with, and is a policy of its own")
  func profile() throws {
    let scene = try Scene()
    func server(_ name: String, _ profile: String) -> String {
      """
      server {
        listen 127.0.0.1:@PORT1@ ssl;
        server_name \(name);
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        ssl_client_certificate \(scene.authority.certificate);
        ssl_verify_client optional;
        ssl_verify_client_failure continue;
        ssl_verify_profile \(profile);
        return 200 "\(profile) $ssl_client_verify";
      }
      """
    }
    let gateway = try scene.start(
      server("localhost", "strict") + server("www.example.com", "compatible") + server("example.com", "strict"))
    // keyEncipherment is nothing for a key on P-256 to do (RFC 8813).
    let (loose, conforming) = (try scene.authority.issue("loose"), try scene.authority.issue("rsa", kind: "rsa:2048"))
    #expect(try scene.curl(conforming).get("/").body == "strict SUCCESS")
    let refused = try scene.curl(loose).get("/")
    #expect(refused.body == "strict FAILED:certificate does not conform to RFC 5280", "\(refused.errors)")
    // Without SNI hosts of the same policy are served on one connection, and others not.
    var nameless = scene.curl(conforming)
    nameless.host = "127.0.0.1"
    #expect(try nameless.get("/", ["-H", "Host: www.example.com"]).status == 421)
    #expect(try nameless.get("/", ["-H", "Host: example.com"]).body == "strict SUCCESS")
    #expect(gateway.isRunning)
  }

  @Test("a client that sends more certificates than ssl_verify_chain_limit is refused as each failure is")
  func chainLimit() throws {
    let scene = try Scene()
    var client = try scene.authority.issue("many")
    let own = try String(contentsOfFile: client.certificate, encoding: .utf8)
    let others = try (0..<10).map { number in
      try String(contentsOfFile: scene.authority.issue("other\(number)").certificate, encoding: .utf8)
    }
    client.certificate = try scene.directory.write("many.crt", ([own] + others).joined())
    func server(_ more: String) -> String {
      """
      server {
        listen 127.0.0.1:@PORT1@ ssl;
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        ssl_client_certificate \(scene.authority.certificate);
        ssl_verify_client on;
        \(more)
        return 200 "$ssl_client_verify";
      }
      """
    }
    let gateway = try scene.start(server(""))
    #expect(try scene.curl(client).get("/").status == 400)
    #expect(gateway.errorLog.contains("rule tooManyCertificates") && gateway.errorLog.contains("CN=many"))
    var generation = 1
    func answer(_ more: String) throws -> Answer {
      generation += 1
      try gateway.reload("events { }\nhttp {\n\(server(more))\n}\n", ports: scene.ports)
      #expect(eventually { gateway.errorLog.contains("generation \(generation) serves") })
      return try scene.curl(client).get("/")
    }
    let goesOn = try answer("ssl_verify_client_failure continue;")
    #expect(goesOn.body == "FAILED:certificate chain too long")
    #expect(try answer("ssl_verify_client_failure handshake;").status == 0)
    #expect(gateway.errorLog.contains("certificate chain too long"))
    // So many are no ordinary chain: another thread judges them.
    #expect(try answer("ssl_verify_chain_limit 11;").body == "SUCCESS")
  }

  @Test("RSA, ECDSA and Ed25519 clients and servers", arguments: ["rsa:2048", "P-256", "P-384", "Ed25519"])
  func keyTypes(kind: String) throws {
    let scene = try Scene(serverKey: kind)
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.configuration(scene, mode: "on"))
    let client = try scene.authority.issue("client", kind: kind)
    for version in ["1.2", "1.3"] {
      let answer = try scene.curl(client).get("/", ["--tls-max", version, "--tlsv\(version)"])
      #expect(answer.body == "SUCCESS", "TLS \(version): \(answer.errors)")
    }
    #expect(gateway.isRunning)
  }
}
