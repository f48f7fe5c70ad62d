import Foundation
import Testing

/// What `metrics` and `stub_status` tell, after things that happened.
@Suite("Metrics of a running gateway")
struct MetricsTests {
  /// Port 1 speaks TLS, port 2 has the metrics, the rest is the test's.
  static func configuration(_ scene: Scene, _ more: String = "", http: String = "") -> String {
    """
    \(http)
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      http2 on;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      ssl_crl \(scene.authority.crl);
      ssl_verify_client on;
      \(more)
      location / { return 200 hello; }
      location /alice { ssl_client_allow cn:alice; return 200 alice; }
    }
    server {
      listen 127.0.0.1:@PORT2@;
      location = /metrics { metrics; }
      location = /json { metrics json; }
      location = /status { stub_status; }
      location = /variables { return 200 "$connections_active $connections_reading $connections_writing $connections_waiting"; }
    }
    """
  }

  static func scrape(_ scene: Scene) throws -> Exposition {
    let answer = try Curl(port: scene.ports[1], authority: nil, identity: nil).get("/metrics")
    #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
    return try Exposition(answer.body)
  }

  @Test("handshakes, verdicts and requests are counted as they happen")
  func counters() throws {
    let scene = try Scene(ports: 2)
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.configuration(scene))
    let (alice, bob) = (try scene.authority.issue("alice"), try scene.authority.issue("bob"))
    let foreigner = try TestAuthority("foreign", in: scene.directory).issue("alice")
    #expect(try scene.curl(alice).get("/alice").status == 200)
    #expect(try scene.curl(alice).get("/", ["--tls-max", "1.2", "--http1.1"]).status == 200)
    #expect(try scene.curl(bob).get("/alice").status == 403)
    #expect(try scene.curl(foreigner).get().status == 400)
    #expect(try scene.curl.get().status == 400)
    _ = try Program.run(
      "openssl", ["s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
    let seen = try Self.scrape(scene)
    #expect(seen.value("tls_handshakes_total", ["version": "TLSv1.3", "resumed": "false"]) == 4)
    #expect(seen.value("tls_handshakes_total", ["version": "TLSv1.2", "resumed": "false"]) == 1)
    #expect(seen.value("client_verifications_total", ["result": "verified"]) == 3)
    #expect(seen.value("client_verifications_total", ["result": "refused"]) == 1)
    #expect(seen.value("client_verifications_total", ["result": "none"]) == 1)
    #expect(seen.value("client_refusals_total", ["rule": "unknownIssuer"]) == 1)
    #expect(seen.value("verdict_cache_lookups_total", ["result": "hit"]) == 1)
    #expect(seen.value("verdict_cache_lookups_total", ["result": "miss"]) == 3)
    #expect(seen.value("http_requests_refused_total", ["reason": "ssl_client_allow"]) == 1)
    #expect(seen.value("http_requests_refused_total", ["reason": "certificate"]) == 1)
    #expect(seen.value("http_requests_refused_total", ["reason": "no_certificate"]) == 1)
    #expect(seen.value("http_requests_total", ["protocol": "HTTP/2.0", "status": "2xx"]) == 1)
    #expect(seen.value("http_requests_total", ["protocol": "HTTP/2.0", "status": "4xx"]) == 3)
    #expect(seen.value("http_requests_total", ["protocol": "HTTP/1.1", "status": "2xx"]) == 1)
    let failures = seen.samples.filter { $0.key.contains("tls_handshake_failures_total") }
    #expect(failures.values.reduce(0, +) == 1, "\(failures)")
    #expect(seen.values("tls_handshake_failures_total", containing: "unsupported_protocol", "protocol_version") == [1])
    #expect(seen.value("connections_accepted_total") == 7)
    #expect(seen.value("http_requests_open") == 1)
    #expect(gateway.isRunning)
  }

  @Test("resumed handshakes are told from full ones, and tickets that a new CRL made worthless are counted")
  func resumption() throws {
    let scene = try Scene(ports: 2)
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.configuration(scene))
    let alice = try scene.authority.issue("alice")
    func connect(_ more: String...) throws -> Run {
      try Program.run(
        "openssl",
        [
          "s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-servername", "localhost", "-cert", alice.certificate,
          "-key", alice.key, "-tls1_2",
        ] + more)
    }
    let session = scene.directory.file("session.pem")
    _ = try connect("-sess_out", session)
    _ = try connect("-sess_in", session)
    let before = try Self.scrape(scene)
    #expect(before.value("tls_handshakes_total", ["version": "TLSv1.2", "resumed": "false"]) == 1)
    #expect(before.value("tls_handshakes_total", ["version": "TLSv1.2", "resumed": "true"]) == 1)
    #expect(before.value("client_verifications_total", ["result": "verified"]) == 2)
    try scene.authority.writeCRL()
    #expect(eventually { gateway.errorLog.contains("files in effect") })
    _ = try connect("-sess_in", session)
    let after = try Self.scrape(scene)
    #expect(after.value("tls_handshakes_total", ["version": "TLSv1.2", "resumed": "false"]) == 2)
    #expect(after.value("tls_resumptions_refused_total", ["reason": "unknown_verdict"]) == 1)
  }

  @Test("CRLs and certificates show their ends; a revoked client is counted when it is cut off and when it comes again")
  func revocation() throws {
    let scene = try Scene(ports: 2)
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.configuration(scene))
    let mallory = try scene.authority.issue("mallory")
    let connection = try KeptConnection(scene, mallory)
    #expect(connection.get(expecting: "hello"))
    let crl = ["issuer": "CN=ca CA,O=Test", "source": scene.authority.crl, "type": "complete"]
    let before = try Self.scrape(scene)
    #expect(before.value("crl_entries", crl) == 0)
    #expect(before.has("crl_entries", crl))
    try scene.authority.revoke(mallory)
    try scene.authority.writeCRL()
    #expect(eventually { connection.isClosed })
    #expect(try scene.curl(mallory).get().status == 400)
    let after = try Self.scrape(scene)
    #expect(after.value("crl_entries", crl) == 1)
    #expect(after.value("revocation_disconnects_total") == 1)
    #expect(after.value("client_refusals_total", ["rule": "revoked"]) == 1)
    #expect(after.value("crl_loads_total", ["source": scene.authority.crl, "result": "success"]) == 2)
    #expect(after.value("file_reloads_total", ["result": "success"]) >= 1)
    let now = Int(Date().timeIntervalSince1970)
    let tenDays = (now + 9 * 86400)...(now + 10 * 86400)
    #expect(tenDays.contains(after.value("crl_next_update_timestamp_seconds", crl)))
    #expect((0...300).contains(after.value("crl_age_seconds", crl)))
    let ends = after.values("certificate_not_after_timestamp_seconds", containing: "server_name=\"localhost\"")
    #expect(ends.count == 1)
    #expect(ends.allSatisfy { (now + 19 * 86400...now + 21 * 86400).contains($0) })
    #expect(after.values("authority_not_after_timestamp_seconds", containing: "CN=ca CA,O=Test").count == 1)
    try scene.directory.write("ca/ca.crl", "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n")
    #expect(eventually { gateway.errorLog.contains("goes on being used") })
    let broken = try Self.scrape(scene)
    #expect(broken.value("crl_loads_total", ["source": scene.authority.crl, "result": "failure"]) >= 1)
    #expect(broken.value("file_reloads_total", ["result": "failure"]) >= 1)
    #expect(broken.value("crl_entries", crl) == 1)
  }

  @Test("questions to an OCSP responder are counted, and clients that a dead one lets in")
  func ocsp() throws {
    let scene = try Scene(ports: 3)
    try scene.authority.writeCRL()
    let signer = try scene.authority.issue("responder", .responder)
    let (alice, bob) = (try scene.authority.issue("alice"), try scene.authority.issue("bob"))
    let responder = try OCSPResponder(scene.authority, port: scene.ports[2], signer: signer)
    let gateway = try scene.start(
      Self.configuration(scene, "ssl_ocsp leaf; ssl_ocsp_responder http://127.0.0.1:@PORT3@/; ssl_ocsp_failure accept;")
    )
    for _ in 0..<3 { #expect(try scene.curl(alice).get().status == 200) }
    responder.stop()
    #expect(try scene.curl(bob).get().status == 200)
    let seen = try Self.scrape(scene)
    #expect(seen.value("ocsp_queries_total", ["outcome": "good", "reason": "none"]) == 1)
    #expect(seen.value("ocsp_queries_total", ["outcome": "failed", "reason": "unreachable"]) == 1)
    #expect(seen.value("ocsp_cache_hits_total") == 2)
    #expect(seen.value("ocsp_failures_forgiven_total") == 1)
    #expect(gateway.isRunning)
  }

  @Test("reloads are counted; upstreams keep their counters through them")
  func reloads() throws {
    let scene = try Scene(ports: 3)
    try scene.authority.writeCRL()
    let http = """
      upstream app { server 127.0.0.1:@PORT3@; }
      server { listen 127.0.0.1:@PORT1@; location / { proxy_pass http://app; } }
      """
    let configuration =
      http + Self.configuration(scene).components(separatedBy: "\nserver {").last.map { "server {" + $0 }!
    let gateway = try scene.start(configuration)
    let plain = Curl(port: scene.ports[0], authority: nil, identity: nil)
    #expect(try plain.get().status == 502)
    let before = try Self.scrape(scene)
    #expect(before.value("configuration_generation") == 1)
    #expect(before.value("last_reload_successful") == 1)
    try gateway.reload("events { }\nhttp { access_log off; \(configuration) }", ports: scene.ports)
    #expect(eventually { gateway.errorLog.contains("generation 2 serves") })
    try gateway.reload("events { }\nhttp { nonsense; }", ports: scene.ports)
    #expect(eventually { gateway.errorLog.contains("generation 2 goes on") })
    let after = try Self.scrape(scene)
    #expect(after.value("configuration_generation") == 2)
    #expect(after.value("reloads_total", ["result": "success"]) == 1)
    #expect(after.value("reloads_total", ["result": "failure"]) == 1)
    #expect(after.value("last_reload_successful") == 0)
    #expect(after.value("upstream_requests_total", ["upstream": "app"]) == 1)
    #expect(after.value("upstream_failures_total", ["upstream": "app", "reason": "error"]) == 1)
  }

  @Test("stub_status is nginx's page, and its numbers are variables too")
  func stubStatus() throws {
    let scene = try Scene(ports: 2)
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.configuration(scene))
    let alice = try scene.authority.issue("alice")
    let kept = try KeptConnection(scene, alice)
    #expect(kept.get(expecting: "hello"))
    let half = try RawConnection(port: scene.ports[1])
    half.send("GET /status HT")
    let status = Curl(port: scene.ports[1], authority: nil, identity: nil)
    let page = "Active connections: 3 \nserver accepts handled requests\n 3 3 2 \nReading: 1 Writing: 1 Waiting: 1 \n"
    #expect(try status.get("/status").body == page)
    #expect(try status.get("/variables").body == "3 1 1 1")
    #expect(gateway.isRunning)
  }

  @Test("metrics as JSON say the same")
  func json() throws {
    let scene = try Scene(ports: 2)
    try scene.authority.writeCRL()
    let gateway = try scene.start(Self.configuration(scene))
    let body = try Curl(port: scene.ports[1], authority: nil, identity: nil).get("/json").body
    let parsed = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: [[String: Any]]])
    let names = try #require(parsed["metrics"]).compactMap { $0["name"] as? String }
    #expect(Set(names) == Set(try Self.scrape(scene).types.keys))
    #expect(gateway.isRunning)
  }
}
