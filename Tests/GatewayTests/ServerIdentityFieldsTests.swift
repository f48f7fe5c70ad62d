import HTTPWire
import Testing

@testable import Gateway

@Suite("Fields by which a server tells who the client is")
struct ServerIdentityFieldsTests {
  private func forwarded(_ http: String, _ field: String) async throws -> Bool {
    let stand = try await ProxyStand(http) { _ in .send("HTTP/1.1 204 No Content\r\n\r\n") }
    _ = try await stand.send("/", [(field, "forged")])
    return stand.upstreams[0].log.requests[0].contains("forged")
  }

  @Test(
    "are dropped from clients in all places of the server, whichever level sets them",
    arguments: [
      // The http level, the server level, other locations.
      ("proxy_set_header X-User $ssl_client_s_dn;", "", ""),
      ("", "proxy_set_header X-User \"dn=$ssl_client_s_dn\";", ""),
      ("", "", "location /b { proxy_set_header X-User $ssl_client_serial; proxy_pass http://127.0.0.1:%0%; }"),
      ("", "", "location /b { location /b/c { proxy_set_header X-User $ssl_client_verify; } }"),
      ("", "set $u $ssl_client_s_dn; proxy_set_header X-User $u;", ""),
      ("", "set $v $u; set $u $ssl_client_s_dn; proxy_set_header X-User $v;", ""),
      ("proxy_set_header X-User $u;", "set $u $ssl_client_s_dn_legacy;", ""),
      ("", "if ($ssl_client_s_dn ~ \"CN=(?<who>[^,]+)\") { set $z 1; } proxy_set_header X-User $who;", ""),
      ("", "if ($ssl_client_s_dn ~ \"CN=([^,]+)\") { set $u $1; } proxy_set_header X-User $u;", ""),
      ("", "set $u guest; if ($ssl_client_verify = SUCCESS) { set $u staff; } proxy_set_header X-User $u;", ""),
    ])
  func dropped(_ http: String, _ server: String, _ locations: String) async throws {
    let text = """
      \(http) server { listen 127.0.0.1:8080; \(server) \(locations)
        location / { proxy_set_header X-Other 1; proxy_pass http://127.0.0.1:%0%; } }
      """
    for field in ["X-User", "x_user", "X.USER"] { #expect(try await !forwarded(text, field), "\(field)") }
    #expect(try await forwarded(text, "X-Users"))
  }

  @Test("are those alone: what a server sets of other things stays the client's elsewhere")
  func kept() async throws {
    let text = """
      proxy_set_header X-User $http_x_user; proxy_set_header X-Time $msec;
      server { listen 127.0.0.1:8080; set $u $host; proxy_set_header X-Host $u;
        location / { proxy_set_header X-Other 1; proxy_pass http://127.0.0.1:%0%; } }
      """
    for field in ["X-User", "X-Time", "X-Host"] { #expect(try await forwarded(text, field), "\(field)") }
  }

  @Test("are passed on where the operator says so, and what is set from a client's field is the operator's")
  func chosen() async throws {
    let off = """
      proxy_set_header X-User $ssl_client_s_dn;
      server { listen 127.0.0.1:8080;
        location / { proxy_strip_identity_headers off; proxy_set_header X-Other 1; proxy_pass http://127.0.0.1:%0%; } }
      """
    #expect(try await forwarded(off, "X-User"))
    let own = "location / { proxy_set_header X-SSL-Client-DN $http_x_mine; proxy_pass http://127.0.0.1:%0%; }"
    #expect(try await forwarded(own, "X-Mine"))
  }
}
