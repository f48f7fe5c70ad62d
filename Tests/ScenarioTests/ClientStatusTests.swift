import Foundation
import Synchronization
import Testing

/// `ssl_ocsp` against `openssl ocsp`: what the responder says, and what happens when it says nothing.
@Suite("OCSP of client certificates")
struct ClientStatusTests {
  /// Port 1 is the gateway's, port 2 the responder's.
  static func configuration(
    _ scene: Scene, failure: String = "continue", responder: Bool = true, hosts: String = "ssl_ocsp_hosts 127.0.0.1;",
    mode: String = "on"
  ) -> String {
    """
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      ssl_verify_client on;
      ssl_verify_client_failure \(failure);
      ssl_verify_depth 3;
      ssl_ocsp \(mode);
      \(responder ? "ssl_ocsp_responder http://127.0.0.1:@PORT2@/;" : hosts)
      location / { return 200 "$ssl_client_verify"; }
    }
    """
  }

  @Test("good goes on, revoked and unknown are refused, over TLS 1.2 and 1.3, with a delegated responder")
  func answers() throws {
    let scene = try Scene(ports: 2)
    let signer = try scene.authority.issue("responder", .responder)
    let (good, bad) = (try scene.authority.issue("good"), try scene.authority.issue("bad"))
    try scene.authority.revoke(bad)
    let known = try String(contentsOfFile: scene.directory.file("ca/index.txt"), encoding: .utf8)
    try scene.directory.write("known.txt", known)
    let stranger = try scene.authority.issue("stranger")
    let responder = try OCSPResponder(
      scene.authority, port: scene.ports[1], signer: signer, index: scene.directory.file("known.txt"))
    let gateway = try scene.start(Self.configuration(scene))
    for version in ["1.3", "1.2"] {
      for (identity, text) in [
        (good, "SUCCESS"), (bad, "FAILED:certificate revoked"), (stranger, "FAILED:certificate status unknown"),
      ] {
        let answer = try scene.curl(identity).get("/", ["--tls-max", version])
        #expect(answer.body == text, "TLS \(version): \(answer.errors) \(gateway.errorLog)")
      }
    }
    #expect(responder.questions == 3, "each was asked about once")
  }

  @Test("failures refuse: answered with 400, or ended with an alert")
  func refusals() throws {
    let scene = try Scene(ports: 2)
    let bad = try scene.authority.issue("bad")
    try scene.authority.revoke(bad)
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    let gateway = try scene.start(Self.configuration(scene, failure: "respond"))
    #expect(try scene.curl(bad).get("/").status == 400)
    #expect(gateway.errorLog.contains("client SSL certificate verify error: (certificate revoked"))
    try gateway.reload(
      "events { }\nhttp {\n\(Self.configuration(scene, failure: "handshake"))\n}\n", ports: scene.ports)
    #expect(eventually { gateway.errorLog.contains("generation 2 serves") })
    let answer = try scene.curl(bad).get("/")
    #expect(answer.status == 0 && answer.errors.contains("revoked"), "\(answer.errors)")
    responder.stop()
  }

  @Test("the responder is the one that the certificate names, and its answers outlive it")
  func namedResponder() throws {
    let scene = try Scene(ports: 2)
    let client = try scene.authority.issue("client", ocsp: scene.ports[1])
    let silent = try scene.authority.issue("silent")
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    let gateway = try scene.start(Self.configuration(scene, responder: false))
    #expect(try scene.curl(client).get("/").body == "SUCCESS")
    responder.stop()
    #expect(try scene.curl(client).get("/").body == "SUCCESS")
    #expect(try scene.curl(silent).get("/").body == "FAILED:certificate status request failed")
    #expect(gateway.errorLog.contains("no OCSP responder URL in certificate"))
  }

  @Test("with leaf the CAs of the chain are not asked about, with on they are", arguments: ["leaf", "on"])
  func chain(mode: String) throws {
    let scene = try Scene(ports: 2)
    let middle = try TestAuthority("middle", in: scene.directory, issuer: scene.authority)
    var client = try middle.issue("client", ocsp: scene.ports[1])
    let both = try String(contentsOfFile: client.certificate, encoding: .utf8)
    let above = try String(contentsOfFile: middle.certificate, encoding: .utf8)
    client.certificate = try scene.directory.write("chain.pem", both + above)
    let signer = try middle.issue("responder", .responder)
    let responder = try OCSPResponder(middle, port: scene.ports[1], signer: signer)
    let gateway = try scene.start(Self.configuration(scene, responder: false, mode: mode))
    let expected = mode == "leaf" ? "SUCCESS" : "FAILED:certificate status request failed"
    #expect(try scene.curl(client).get("/").body == expected, "\(gateway.errorLog)")
    responder.stop()
  }

  @Test("a responder that is down, stalls, or signs with a key of its own is no responder")
  func noAnswer() throws {
    let scene = try Scene(ports: 2)
    let client = try scene.authority.issue("client")
    let failed = "FAILED:certificate status request failed"
    let gateway = try scene.start(Self.configuration(scene))
    #expect(try scene.curl(client).get("/").body == failed)
    #expect(gateway.errorLog.contains("the OCSP responder did not answer"))

    let other = try TestAuthority("other", in: scene.directory)
    let stranger = try other.issue("responder", .responder)
    let forger = try OCSPResponder(scene.authority, port: scene.ports[1], signer: stranger)
    #expect(try scene.curl(client).get("/").body == failed)
    #expect(gateway.errorLog.contains("OCSP response signer is not authorized"), "\(gateway.errorLog)")
    forger.stop()

    let signer = try scene.authority.issue("responder", .responder)
    let stalled = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    stalled.stall()
    #expect(try scene.curl(client).get("/").body == failed)
    #expect(gateway.errorLog.contains("OCSP responder timed out"))
    stalled.goOn()
    #expect(try scene.curl(client).get("/").body == "SUCCESS", "the next handshake asks again")
  }

  @Test("a session is resumed while its status is known, and not under another policy")
  func resumption() throws {
    let scene = try Scene(ports: 2)
    let client = try scene.authority.issue("client")
    let signer = try scene.authority.issue("responder", .responder)
    let first = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer, minutes: nil)
    let gateway = try scene.start(Self.configuration(scene))
    let session = scene.directory.file("session.pem")
    func connect(_ more: [String]) throws -> String {
      try Program.run(
        "openssl",
        [
          "s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-tls1_2", "-servername", "localhost", "-CAfile",
          scene.authority.certificate, "-cert", client.certificate, "-key", client.key, "-ign_eof",
        ] + more, input: "GET / HTTP/1.0\r\n\r\n", limit: 20
      ).output
    }
    #expect(try connect(["-sess_out", session]).contains("SUCCESS"), "\(gateway.errorLog)")
    #expect(try connect(["-sess_in", session]).contains("Reused"))
    first.stop()
    try scene.authority.revoke(client)
    let second = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    #expect(try connect(["-sess_in", session]).contains("SUCCESS"), "believed for a minute")
    try gateway.reload("events { }\nhttp {\n\(Self.configuration(scene, mode: "leaf"))\n}\n", ports: scene.ports)
    #expect(eventually { gateway.errorLog.contains("generation 2 serves") })
    #expect(try !connect(["-sess_in", session]).contains("Reused"), "another policy")
    second.stop()
  }

  @Test("ssl_ocsp_failure accept forgives silence, and neither revocation nor ignorance")
  func forgiven() throws {
    let scene = try Scene(ports: 2)
    let (client, bad) = (try scene.authority.issue("client"), try scene.authority.issue("bad"))
    try scene.authority.revoke(bad)
    let gateway = try scene.start("ssl_ocsp_failure accept;\n" + Self.configuration(scene))
    #expect(try scene.curl(client).get("/").body == "SUCCESS")
    #expect(gateway.errorLog.contains("while requesting certificate status, let in by ssl_ocsp_failure"))
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    #expect(try scene.curl(bad).get("/").body == "FAILED:certificate revoked")
    responder.stop()
  }

  @Test("a certificate's responder is asked only where ssl_ocsp_hosts allows it, and at inner addresses where named")
  func hosts() throws {
    let scene = try Scene(ports: 2)
    let client = try scene.authority.issue("client", ocsp: scene.ports[1])
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    let plan = Self.configuration(scene, responder: false, hosts: "")
    let gateway = try scene.start(plan)
    #expect(try scene.curl(client).get("/").body == "FAILED:certificate status request failed")
    #expect(gateway.errorLog.contains("host \"127.0.0.1\" has an inner address and may not be asked (ssl_ocsp_hosts)"))
    for (generation, hosts) in [(2, "*"), (3, "ocsp.example.com *.example.org")] {
      try gateway.reload("events { }\nhttp {\nssl_ocsp_hosts \(hosts);\n\(plan)\n}\n", ports: scene.ports)
      #expect(eventually { gateway.errorLog.contains("generation \(generation) serves") })
      #expect(try scene.curl(client).get("/").body == "FAILED:certificate status request failed")
    }
    #expect(responder.questions == 0)
    try gateway.reload(
      "events { }\nhttp {\nssl_ocsp_hosts ocsp.example.com 127.0.0.1;\n\(plan)\n}\n", ports: scene.ports)
    #expect(eventually { gateway.errorLog.contains("generation 4 serves") })
    #expect(try scene.curl(client).get("/").body == "SUCCESS")
  }

  @Test("many handshakes at once ask one question")
  func oneQuestion() throws {
    let scene = try Scene(ports: 2)
    let client = try scene.authority.issue("client")
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    let gateway = try scene.start("keepalive_timeout 30s;\n" + Self.configuration(scene))
    responder.stall()
    let (successes, finished) = (Counter(), Counter())
    for _ in 0..<5 {
      Thread {
        if (try? scene.curl(client).get("/").body) == "SUCCESS" { successes.add() }
        finished.add()
      }.start()
    }
    usleep(2_500_000)
    responder.goOn()
    #expect(eventually { finished.value == 5 })
    #expect(successes.value == 5, "\(gateway.errorLog)")
    #expect(responder.questions == 1)
  }
}

private final class Counter: Sendable {
  private let count = Atomic<Int>(0)
  var value: Int { count.load(ordering: .acquiring) }
  func add() { count.add(1, ordering: .acquiringAndReleasing) }
}
