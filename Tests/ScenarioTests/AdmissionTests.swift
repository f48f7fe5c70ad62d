import Foundation
import Testing

/// Requests that fail before any location, by clients of every kind: who is not let in gets no file and reaches no upstream,
/// wherever `error_page` leads.
@Suite("Admission")
struct AdmissionTests {
  private enum Client: String, CaseIterable { case nobody, stranger, revoked, good }

  private static let large = String(repeating: "a", count: 40_000)

  /// What HTTP/1.1 can do wrong, and the status of the built-in page.
  private static let requests: [(name: String, head: String, status: Int)] = [
    ("TRACE", "TRACE /secret.txt HTTP/1.1\r\nHost: @HOST@\r\n", 405),
    ("CONNECT", "CONNECT @HOST@:443 HTTP/1.1\r\nHost: @HOST@\r\n", 405),
    (
      "a doubled field", "POST /secret.txt HTTP/1.1\r\nHost: @HOST@\r\nAuthorization: a\r\nAuthorization: b\r\n", 400
    ),
    ("a malformed head", "GET /secret.txt HTTP/1.1\r\nHost: @HOST@\r\nX : b\r\n", 400),
    ("no Host", "GET /secret.txt HTTP/1.1\r\n", 400),
    ("a head that is too large", "GET /secret.txt HTTP/1.1\r\nHost: @HOST@\r\nX: \(large)\r\n", 400),
    ("a target that is too large", "GET /\(large) HTTP/1.1\r\nHost: @HOST@\r\n", 414),
    ("an unknown version", "GET /secret.txt HTTP/2.9\r\nHost: @HOST@\r\n", 505),
  ]

  private static let requests2: [(arguments: [String], status: Int)] = [
    (["-X", "TRACE"], 405), (["-d", "body", "-H", "Authorization: a", "-H", "Authorization: b"], 400),
    (["-H", "X: \(large)"], 400),
  ]

  private let scene: Scene
  private let identities: [Client: Identity]

  init() throws {
    scene = try Scene(ports: 2)
    let revoked = try scene.authority.issue("revoked")
    try scene.authority.revoke(revoked)
    try scene.authority.writeCRL()
    identities = [
      .stranger: try TestAuthority("other", in: scene.directory).issue("stranger"), .revoked: revoked,
      .good: try scene.authority.issue("good"),
    ]
    try scene.directory.write("secret.txt", "secret")
  }

  private func server(_ name: String, _ page: String) -> String {
    """
    server {
      listen 127.0.0.1:@PORT1@ ssl; http2 on; server_name \(name); root @DIR@; keepalive_timeout 0;
      ssl_certificate \(scene.server.certificate); ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate); ssl_crl \(scene.authority.crl); ssl_verify_client on;
      error_page 400 405 414 494 495 496 497 505 \(page);
      location / { }
      location @app { proxy_pass http://127.0.0.1:@PORT2@; }
    }

    """
  }

  private func start() throws -> GatewayProcess {
    try scene.start(
      server("files.test", "=200 $uri") + server("app.test", "@app")
        + """
        server { listen 127.0.0.1:@PORT2@; access_log @DIR@/upstream.log; location / { return 200 "upstream"; } }
        """)
  }

  private var upstreamLog: String { scene.directory.text("upstream.log") }

  private func send(_ head: String, _ host: String, _ client: Client) throws -> String {
    var arguments = ["s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-servername", host, "-quiet", "-ign_eof"]
    if let identity = identities[client] { arguments += ["-cert", identity.certificate, "-key", identity.key] }
    let text = head.replacingOccurrences(of: "@HOST@", with: host) + "Connection: close\r\n\r\n"
    return try Program.run("openssl", arguments, input: text, limit: 20).output
  }

  private func expectBuiltIn(_ status: Int, _ answer: String, _ what: String) {
    #expect(answer.contains(" \(status) "), "\(what): \(answer.prefix(60))")
    #expect(answer.contains("<hr><center>countersign"), "\(what): \(answer)")
    #expect(!answer.contains("secret"), "\(what)")
  }

  @Test("an error before the phases shows files and upstreams to those alone whom the server takes, over HTTP/1.1")
  func http1() throws {
    let gateway = try start()
    for host in ["files.test", "app.test"] {
      for client in Client.allCases where client != .good {
        for request in Self.requests {
          expectBuiltIn(
            request.status, try send(request.head, host, client), "\(request.name), \(host), \(client.rawValue)")
        }
      }
      let plain = try RawConnection.exchange(
        port: scene.ports[0], "GET /secret.txt HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
      expectBuiltIn(400, plain, "plain HTTP, \(host)")
    }
    #expect(upstreamLog.isEmpty)
    #expect(try send(Self.requests[0].head, "files.test", .good).contains("secret"))
    #expect(gateway.isRunning)
  }

  @Test("and over HTTP/2; the pages of 495 and 496 lead no stranger there, either")
  func http2() throws {
    let gateway = try start()
    for host in ["files.test", "app.test"] {
      for client in Client.allCases {
        let curl = Curl(
          port: scene.ports[0], authority: scene.authority.certificate, identity: identities[client],
          extra: ["-k", "--http2"], host: host)
        if client == .good {
          let answer = try curl.get("/secret.txt", Self.requests2[0].arguments)
          #expect(answer.version == "HTTP/2")
          // The upstream refuses TRACE itself.
          #expect(host == "files.test" ? answer.body == "secret" : answer.status == 405, "\(answer)")
          continue
        }
        for request in Self.requests2 + [([], 400)] {
          let answer = try curl.get("/secret.txt", request.arguments)
          expectBuiltIn(request.status, " \(answer.status) \(answer.body)", "\(request.arguments), \(host), \(client)")
        }
      }
    }
    #expect(upstreamLog.split(separator: "\n").count == 1)
    #expect(gateway.isRunning)
  }
}
