import Foundation
import Testing

/// `ssl_stapling`: what clients see of our certificate's status, while the responder comes and goes.
@Suite("OCSP stapling")
struct StaplingTests {
  static func configuration(_ scene: Scene, _ identities: [Identity], _ more: String = "") -> String {
    let certificates = identities.map {
      "ssl_certificate \($0.certificate);\nssl_certificate_key \($0.key);"
    }.joined(separator: "\n")
    return """
      server {
        listen 127.0.0.1:@PORT1@ ssl;
        \(certificates)
        ssl_trusted_certificate \(scene.authority.certificate);
        ssl_stapling on;
        ssl_stapling_verify on;
        \(more)
        location / { return 200 "ok"; }
      }
      """
  }

  static func status(_ scene: Scene, _ more: [String] = []) throws -> String {
    try Program.run(
      "openssl",
      [
        "s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-status", "-servername", "localhost", "-CAfile",
        scene.authority.certificate,
      ] + more, input: "Q\n", limit: 20
    ).output
  }

  @Test("each of several certificates is stapled from the responder it names, over TLS 1.2 and 1.3")
  func several() throws {
    let scene = try Scene(ports: 2)
    let ecdsa = try scene.authority.issue("localhost", .server, ocsp: scene.ports[1])
    let rsa = try scene.authority.issue("localhost", .server, kind: "rsa:2048", ocsp: scene.ports[1])
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    let gateway = try scene.start(Self.configuration(scene, [ecdsa, rsa]))
    for arguments in [
      ["-tls1_3", "-sigalgs", "ecdsa_secp256r1_sha256"], ["-tls1_3", "-sigalgs", "rsa_pss_rsae_sha256"],
      ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"], ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"],
    ] {
      let isStapled = try eventually { try Self.status(scene, arguments).contains("Cert Status: good") }
      #expect(isStapled, "\(arguments): \(gateway.errorLog)")
    }
    #expect(responder.questions == 2)
  }

  @Test("a responder that comes late is asked again, its answer outlives it and reloads, and sessions survive")
  func lateResponder() throws {
    let scene = try Scene(ports: 2)
    let signer = try scene.authority.issue("responder", .responder)
    let plan = Self.configuration(scene, [scene.server], "ssl_stapling_responder http://127.0.0.1:@PORT2@/;")
    let gateway = try scene.start(plan)
    let session = scene.directory.file("session.pem")
    #expect(try Self.status(scene, ["-tls1_2", "-sess_out", session]).contains("OCSP response: no response sent"))
    #expect(eventually { gateway.errorLog.contains("while requesting certificate status, responder: http://") })
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    #expect(
      try eventually(within: 30) { try Self.status(scene).contains("Cert Status: good") }, "\(gateway.errorLog)")
    #expect(try Self.status(scene, ["-tls1_2", "-sess_in", session]).contains("Reused"))
    responder.stop()
    try gateway.reload(ports: scene.ports)
    #expect(eventually { gateway.errorLog.contains("generation 2 serves") })
    #expect(try Self.status(scene).contains("Cert Status: good"), "at once, from what was known")
  }

  @Test("what says revoked, or comes from a stranger, is not stapled")
  func badAnswers() throws {
    let scene = try Scene(ports: 2)
    let stranger = try TestAuthority("other", in: scene.directory).issue("responder", .responder)
    let forger = try OCSPResponder(scene.authority, port: scene.ports[1], signer: stranger)
    let gateway = try scene.start(
      Self.configuration(scene, [scene.server], "ssl_stapling_responder http://127.0.0.1:@PORT2@/;"))
    #expect(eventually { gateway.errorLog.contains("OCSP response signer is not authorized") })
    forger.stop()
    try scene.authority.revoke(scene.server)
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    #expect(eventually(within: 30) { gateway.errorLog.contains("certificate status \"revoked\" in the OCSP response") })
    #expect(try Self.status(scene).contains("OCSP response: no response sent"))
    responder.stop()
  }

  @Test("a certificate without issuer or responder is served without a staple, and the log says why")
  func ignored() throws {
    let scene = try Scene()
    let gateway = try scene.start(Self.configuration(scene, [scene.server]))
    #expect(eventually { gateway.errorLog.contains("\"ssl_stapling\" ignored, no OCSP responder URL") })
    #expect(try Self.status(scene).contains("OCSP response: no response sent"))
  }

  @Test("ssl_stapling_file is stapled as it is")
  func file() throws {
    let scene = try Scene()
    let signer = try scene.authority.issue("responder", .responder)
    let response = scene.directory.file("staple.der")
    let made = try Program.run(
      "openssl",
      [
        "ocsp", "-index", scene.directory.file("ca/index.txt"), "-rsigner", signer.certificate, "-rkey", signer.key,
        "-CA", scene.authority.certificate, "-issuer", scene.authority.certificate, "-cert", scene.server.certificate,
        "-ndays", "1", "-respout", response,
      ])
    #expect(made.succeeded, "\(made.errors)")
    let gateway = try scene.start(Self.configuration(scene, [scene.server], "ssl_stapling_file \(response);"))
    #expect(try Self.status(scene).contains("Cert Status: good"), "\(gateway.errorLog)")
  }

  /// curl computes the identifier of its question from the chain that the server sends: without the issuer in it, curl
  /// ends with 91 whatever is stapled.
  @Test("curl --cert-status is satisfied where the issuer is sent too, by each certificate over TLS 1.2 and 1.3")
  func curlCertificateStatus() throws {
    let scene = try Scene(ports: 2)
    let middle = try TestAuthority("middle", in: scene.directory, issuer: scene.authority)
    let above = try String(contentsOfFile: middle.certificate, encoding: .utf8)
    let identities = try ["P-256", "rsa:2048"].map { kind in
      var identity = try middle.issue("localhost", .server, kind: kind, ocsp: scene.ports[1])
      let leaf = try String(contentsOfFile: identity.certificate, encoding: .utf8)
      identity.certificate = try scene.directory.write("chain-\(kind).crt", leaf + above)
      return identity
    }
    let signer = try middle.issue("responder", .responder)
    let responder = try OCSPResponder(middle, port: scene.ports[1], signer: signer)
    let gateway = try scene.start(Self.configuration(scene, identities))
    for options in [
      ["--tlsv1.3"], ["--tls-max", "1.2", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"],
      ["--tls-max", "1.2", "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256"],
    ] {
      let isSatisfied = try eventually { try scene.curl.get("/", ["--cert-status"] + options).body == "ok" }
      #expect(isSatisfied, "\(options): \(gateway.errorLog)")
    }
    #expect(responder.questions == 2)
    let bare = try Scene()
    let without = try bare.start(
      Self.configuration(bare, [bare.server]).replacingOccurrences(of: "ssl_stapling on;", with: ""))
    #expect(try bare.curl.get("/", ["--cert-status"]).exit == 91)
    #expect(without.isRunning)
  }

  @Test("a certificate that must be stapled and is not is warned of, and the staple ends the warning")
  func mustStaple() throws {
    let scene = try Scene(ports: 2)
    let identity = try scene.authority.issue("localhost", .stapledServer)
    let plan = Self.configuration(scene, [identity])
    let warning = "must be served with an OCSP response (RFC 7633)"
    let gateway = try scene.start(plan.replacingOccurrences(of: "ssl_stapling on;", with: ""))
    #expect(eventually { gateway.errorLog.contains("\(warning), and \"ssl_stapling\" is off") })
    gateway.stop()
    try scene.directory.write("error.log", "")
    let unasked = try scene.start(plan)
    #expect(eventually { unasked.errorLog.contains("no OCSP responder URL") && unasked.errorLog.contains(warning) })
    unasked.stop()
    try scene.directory.write("error.log", "")
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    let stapling = try scene.start(
      Self.configuration(scene, [identity], "ssl_stapling_responder http://127.0.0.1:@PORT2@/;"))
    #expect(try eventually { try Self.status(scene).contains("Cert Status: good") })
    #expect(!stapling.errorLog.contains(warning))
    responder.stop()
  }
}
