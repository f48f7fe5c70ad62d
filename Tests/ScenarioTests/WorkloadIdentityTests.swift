import Foundation
import Testing

@Suite("Workloads with SPIFFE IDs")
struct WorkloadIdentityTests {
  private static func bundle(_ authorities: [TestAuthority], sequence: Int) throws -> String {
    let keys = try authorities.map { authority in
      let pem = try String(contentsOfFile: authority.certificate, encoding: .utf8)
      let body = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
      return #"{"kty":"EC","crv":"P-256","use":"x509-svid","x5c":["\#(body)"]}"#
    }
    return #"{"keys":[\#(keys.joined(separator: ","))],"spiffe_sequence":\#(sequence),"spiffe_refresh_hint":60}"#
  }

  private static func server(_ scene: Scene) -> String {
    """
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      http2 on;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      ssl_client_spiffe_bundle green.test @DIR@/green.json;
      ssl_client_spiffe_bundle blue.test @DIR@/blue.json;
      ssl_verify_client on;
      location / { return 200 "$ssl_client_verify $ssl_client_san_uri"; }
      location /green { ssl_client_spiffe_bundle green.test @DIR@/green.json; return 200 green; }
    }
    """
  }

  @Test("each trust domain's bundle vouches for its own SPIFFE IDs, the classic CA for everybody else")
  func domains() throws {
    let scene = try Scene()
    let green = try TestAuthority("green", in: scene.directory)
    let blue = try TestAuthority("blue", in: scene.directory)
    try scene.directory.write("green.json", Self.bundle([green], sequence: 1))
    try scene.directory.write("blue.json", Self.bundle([blue], sequence: 1))
    let gateway = try scene.start(Self.server(scene))
    func status(_ authority: TestAuthority, _ names: String, _ path: String = "/") throws -> Int {
      try scene.curl(authority.issue("workload", names: names)).get(path).status
    }
    let web = try green.issue("web", names: "URI:spiffe://green.test/web")
    #expect(try scene.curl(web).get("/").body == "SUCCESS spiffe://green.test/web")
    #expect(try scene.curl(web).get("/", ["--http1.1"]).status == 200)
    #expect(try status(blue, "URI:spiffe://blue.test/db") == 200)
    #expect(try status(scene.authority, "DNS:classic.example.com") == 200)
    // The other domain, the classic CA, two URIs, no SPIFFE ID, no path, a CA.
    #expect(try status(blue, "URI:spiffe://green.test/web") == 400)
    #expect(try status(scene.authority, "URI:spiffe://green.test/web") == 400)
    #expect(try status(scene.authority, "URI:spiffe://red.test/web") == 400)
    #expect(try status(green, "URI:spiffe://green.test/web,URI:spiffe://green.test/db") == 400)
    #expect(try status(green, "DNS:admin.example.com") == 400)
    #expect(try status(green, "URI:spiffe://green.test") == 400)
    let below = try TestAuthority("below", in: scene.directory, issuer: green)
    let authority = Identity(certificate: below.certificate, key: scene.directory.file("below/ca.key"))
    #expect(try scene.curl(authority).get("/").status != 200)
    // A place that names one bundle takes no other, and no classic client.
    #expect(try scene.curl(web).get("/green").body == "green")
    #expect(try status(blue, "URI:spiffe://blue.test/db", "/green") == 400)
    #expect(try status(scene.authority, "DNS:classic.example.com", "/green") == 400)
    #expect(gateway.errorLog.contains("rule malformedSVID"))
    #expect(gateway.errorLog.contains("rule unknownTrustDomain"))
  }

  @Test(
    "a new bundle takes effect without a reload, and closes connections of what it takes back; a bad one changes nothing"
  )
  func rotation() throws {
    let scene = try Scene()
    let green = try TestAuthority("green", in: scene.directory)
    let next = try TestAuthority("next", in: scene.directory)
    try scene.directory.write("green.json", Self.bundle([green], sequence: 1))
    try scene.directory.write("blue.json", #"{"keys":[]}"#)
    let gateway = try scene.start(Self.server(scene))
    let old = try green.issue("old", names: "URI:spiffe://green.test/old")
    let new = try next.issue("new", names: "URI:spiffe://green.test/new")
    let kept = try KeptConnection(scene, old)
    #expect(kept.get(expecting: "spiffe://green.test/old"))
    #expect(try scene.curl(new).get("/").status == 400)
    try scene.directory.write("green.json", #"{"keys":[{"use":"x509-svid"}]}"#)
    #expect(eventually { gateway.errorLog.contains("goes on being used") })
    #expect(try scene.curl(old).get("/").status == 200)
    try scene.directory.write("green.json", Self.bundle([green, next], sequence: 2))
    #expect(try eventually { try scene.curl(new).get("/").status == 200 })
    #expect(!kept.isClosed)
    try scene.directory.write("green.json", Self.bundle([next], sequence: 3))
    #expect(eventually { kept.isClosed })
    #expect(try scene.curl(old).get("/").status == 400)
    #expect(try scene.curl(new).get("/").status == 200)
  }
}
