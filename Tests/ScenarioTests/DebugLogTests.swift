import Foundation
import Testing

/// `error_log … debug`: a handshake and a request can be followed step by step.
@Suite("The debug log")
struct DebugLogTests {
  @Test("the name, the chain, each finding, the location, the judgement, the upstream and the response are told")
  func steps() throws {
    let scene = try Scene(ports: 2)
    try scene.authority.writeCRL()
    let gateway = try scene.start(
      RevocationTests.server(scene, location: "proxy_pass http://127.0.0.1:@PORT2@/inner;")
        + "server { listen 127.0.0.1:@PORT2@; location /inner { return 200 hello; } }"
        + "error_log \(scene.directory.path)/debug.log debug;")
    let alice = try scene.authority.issue("alice")
    let secret = ["-H", "Authorization: Basic c2VjcmV0", "-H", "X-Seen: yes"]
    #expect(try scene.curl(alice).get("/a%20b?c=d", secret).body == "hello")
    let expired = try scene.authority.issue("old", from: -20, to: -2)
    #expect(try scene.curl(expired).get("/").status == 400)
    #expect(eventually { scene.directory.text("debug.log").contains("access: refused by 495") })
    let log = scene.directory.text("debug.log")
    for line in [
      "SSL server name: \"localhost\", server: \"localhost\"", "SSL client certificates: 2",
      "SSL client certificate 0: subject: \"CN=alice,O=Test\", issuer: \"CN=ca CA,O=Test\", serial: ",
      "SSL verify for the server: path to 1 CAs, depth 1, purpose client, the CRL of each certificate, judged at ",
      "SSL verify: ok, depth: 1, subject: \"CN=ca CA,O=Test\"", "SSL verify: SUCCESS, holds until ",
      "SSL verify: failed, rule: expired (certificate has expired), depth: 0", "SSL: TLSv1.3, cipher ",
      "http request line: \"GET /a%20b?c=d HTTP/", "http header: \"x-seen: yes\"", "(not shown)",
      "http uri: \"/a b\", args: \"c=d\", host: \"localhost\"", "using configuration \"/\" for \"/a b\"",
      "access: admitted, client certificate SUCCESS under the server's policy",
      "http upstream 127.0.0.1:\(scene.ports[1]): connected", "http upstream status: 200",
      "http response: 200, 5 bytes",
      "access: refused by 495, client certificate FAILED:certificate has expired", "http finalize request: 495, \"/\"",
    ] {
      #expect(log.contains(line), "\(line) in \(log)")
    }
    #expect(!log.contains("c2VjcmV0"))
    #expect(!gateway.errorLog.contains("[debug]"))
  }
}
