import Foundation
import Testing

/// Which responders are asked, by what road, and how long their answers are kept.
@Suite("OCSP responders")
struct ResponderTests {
  @Test("of several responders that a certificate names the next is asked where one is down")
  func several() throws {
    let scene = try Scene(ports: 3)
    let names = [2, 1].map { "OCSP;URI:http://127.0.0.1:\(scene.ports[$0])/" }.joined(separator: ",")
    let client = try scene.authority.issue("client", extensions: "authorityInfoAccess = \(names)\n")
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    let gateway = try scene.start(ClientStatusTests.configuration(scene, responder: false))
    #expect(try scene.curl(client).get("/").body == "SUCCESS", "\(gateway.errorLog)")
    #expect(responder.questions == 1)
  }

  @Test("a https responder is verified, and asked where it is who it says")
  func https() throws {
    let scene = try Scene(ports: 3)
    let client = try scene.authority.issue("client")
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    let front = try GatewayProcess(
      """
      events {}
      http {
        server {
          listen 127.0.0.1:@PORT3@ ssl;
          ssl_certificate \(scene.server.certificate);
          ssl_certificate_key \(scene.server.key);
          location / { proxy_pass http://127.0.0.1:@PORT2@; }
        }
      }
      """, in: try TemporaryDirectory(), ports: scene.ports)
    let plan = ClientStatusTests.configuration(scene)
    for (url, text) in [
      ("https://localhost:@PORT3@/", "SUCCESS"),
      ("https://localhost.localdomain:@PORT3@/", "FAILED:certificate status request failed"),
    ] {
      let gateway = try scene.start(plan.replacingOccurrences(of: "http://127.0.0.1:@PORT2@/", with: url))
      #expect(try scene.curl(client).get("/").body == text, "\(url): \(gateway.errorLog)")
      gateway.stop()
      unlink(scene.directory.file("gateway.pid"))
    }
    #expect(front.isRunning)
    responder.stop()
  }

  @Test("ssl_ocsp_cache off asks for each handshake anew, a shared one once", arguments: ["off", "shared:status:1m"])
  func cache(setting: String) throws {
    let scene = try Scene(ports: 2)
    let client = try scene.authority.issue("client")
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    let gateway = try scene.start("ssl_ocsp_cache \(setting);\n" + ClientStatusTests.configuration(scene))
    for _ in 0..<2 { #expect(try scene.curl(client).get("/").body == "SUCCESS", "\(gateway.errorLog)") }
    #expect(responder.questions == (setting == "off" ? 2 : 1))
  }

  @Test("ssl_stapling_file goes, of several certificates, to the one it speaks of; what is no response stops the start")
  func stapleFile() throws {
    let scene = try Scene()
    let rsa = try scene.authority.issue("localhost", .server, kind: "rsa:2048")
    let signer = try scene.authority.issue("responder", .responder)
    let response = scene.directory.file("staple.der")
    let made = try Program.run(
      "openssl",
      [
        "ocsp", "-index", scene.directory.file("ca/index.txt"), "-rsigner", signer.certificate, "-rkey", signer.key,
        "-CA", scene.authority.certificate, "-issuer", scene.authority.certificate, "-cert", rsa.certificate,
        "-ndays", "1", "-respout", response,
      ])
    #expect(made.succeeded, "\(made.errors)")
    let plan = StaplingTests.configuration(scene, [scene.server, rsa], "ssl_stapling_file \(response);")
    let gateway = try scene.start(plan)
    let withRSA = try StaplingTests.status(scene, ["-tls1_3", "-sigalgs", "rsa_pss_rsae_sha256"])
    #expect(withRSA.contains("Cert Status: good"), "\(gateway.errorLog)")
    let withEC = try StaplingTests.status(scene, ["-tls1_3", "-sigalgs", "ecdsa_secp256r1_sha256"])
    #expect(withEC.contains("OCSP response: no response sent"))
    try scene.directory.write("staple.der", "nothing of the kind")
    let run = try Program.run(
      Program.countersign, ["gateway", "-t", "-p", scene.directory.path + "/", "-c", "gateway.conf"])
    #expect(run.status != 0 && run.errors.contains("(ssl_stapling_file) is no OCSP response"), "\(run.errors)")
  }
}
