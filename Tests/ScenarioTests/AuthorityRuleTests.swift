import Foundation
import Testing

/// `ca:FILE` and `issuer:NAME` where one bundle has two CAs.
@Suite("Rules that name a CA")
struct AuthorityRuleTests {
  @Test("ca:FILE goes by the key, follows its file, and -t warns of issuer:NAME where several CAs could have the name")
  func authorities() throws {
    let scene = try Scene()
    let other = try TestAuthority("other", in: scene.directory)
    func text(_ authority: TestAuthority) throws -> String {
      try String(contentsOfFile: authority.certificate, encoding: .utf8)
    }
    try scene.directory.write("both.crt", text(scene.authority) + text(other))
    try scene.directory.write("partner.crt", text(other))
    let plan = """
      server {
        listen 127.0.0.1:@PORT1@ ssl;
        ssl_certificate \(scene.server.certificate);
        ssl_certificate_key \(scene.server.key);
        ssl_client_certificate \(scene.directory.file("both.crt"));
        ssl_verify_client on;
        keepalive_timeout 60s;
        location / { ssl_client_allow ca:partner.crt; return 200 "partner"; }
        location /name { ssl_client_allow "issuer:CN=other CA,O=Test"; return 200 "name"; }
      }
      """
    let gateway = try scene.start(plan)
    let (ours, theirs) = (try scene.authority.issue("alice"), try other.issue("alice"))
    #expect(try scene.curl(theirs).get("/").body == "partner", "\(gateway.errorLog)")
    #expect(try scene.curl(ours).get("/").status == 403)
    #expect(try scene.curl(theirs).get("/name").body == "name")
    #expect(try scene.curl(ours).get("/name").status == 403)
    let run = try Program.run(
      Program.countersign, ["gateway", "-t", "-p", scene.directory.path + "/", "-c", "gateway.conf"])
    #expect(run.status == 0 && run.errors.contains("goes by an issuer's name alone, and 2 CAs are trusted there"))
    #expect(gateway.errorLog.contains("goes by an issuer's name alone"))

    try scene.directory.write("partner.crt", text(scene.authority))
    #expect(eventually { (try? scene.curl(ours).get("/").body) == "partner" }, "\(gateway.errorLog)")
    #expect(try scene.curl(theirs).get("/").status == 403)
    try scene.directory.write("partner.crt", "nothing")
    let tellsOfIt: (Substring) -> Bool = { $0.contains("[alert]") && $0.contains("partner.crt") }
    #expect(eventually { gateway.errorLog.split(separator: "\n").contains(where: tellsOfIt) }, "\(gateway.errorLog)")
    #expect(try scene.curl(ours).get("/").body == "partner", "what was there before goes on")
  }
}
