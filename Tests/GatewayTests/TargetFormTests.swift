import HTTPWire
import Testing

@testable import Gateway

/// What a client escaped is data, however often the configuration takes it apart.
@Suite("Decoded text in request targets")
struct TargetFormTests {
  @Test(
    "what was decoded is escaped again on its way upstream",
    arguments: [
      ("location / { proxy_pass http://127.0.0.1:%0%$uri; }", "/a%3Fb%23c%25d%20e", "/a%3Fb%23c%25d%20e"),
      ("location / { proxy_pass http://127.0.0.1:%0%$document_uri$is_args$args; }", "/a%3fb?c=%3f", "/a%3Fb?c=%3f"),
      ("location / { proxy_pass http://127.0.0.1:%0%$request_uri; }", "/a%3fb%23?c", "/a%3fb%23?c"),
      ("location ~ (?s)^/x/(.*)$ { proxy_pass http://127.0.0.1:%0%/$1; }", "/x/a%3Fb%23%0d%0ac", "/a%3Fb%23%0D%0Ac"),
      ("location ~ ^/x/(?<rest>.*)$ { proxy_pass http://127.0.0.1:%0%/$rest?q=1; }", "/x/a%3Fb", "/a%3Fb?q=1"),
      ("location / { set $y /z$uri; proxy_pass http://127.0.0.1:%0%$y; }", "/a%3Fb%2541", "/z/a%3Fb%2541"),
      ("location / { set $y $uri; set $z $y?k=v; proxy_pass http://127.0.0.1:%0%$z; }", "/a%23", "/a%23?k=v"),
      (
        "location / { if ($uri ~ ^/(.*)$) { set $y $1; } proxy_pass http://127.0.0.1:%0%/$y; }", "/a%3Fb%25",
        "/a%3Fb%25"
      ),
      (
        "location / { if ($request_uri ~ ^/(.*)$) { set $y $1; } proxy_pass http://127.0.0.1:%0%/$y; }", "/a%3Fb?c",
        "/a%3Fb?c"
      ),
      (
        "location / { rewrite ^/(.*)$ /n/$1 break; proxy_pass http://127.0.0.1:%0%; }", "/a%3Fb%23%25",
        "/n/a%3Fb%23%25"
      ),
      (
        "location / { rewrite ^/(.*)$ /n?q=$1 break; proxy_pass http://127.0.0.1:%0%; }", "/a%3Fb%26c",
        "/n?q=a%3Fb%26c"
      ),
      (
        "location / { set $args q=$uri; proxy_pass http://127.0.0.1:%0%; rewrite ^ /n break; }", "/a%26b%23",
        "/n?q=/a%26b%23"
      ),
      ("location /l/ { proxy_pass http://127.0.0.1:%0%/m/; }", "/l/a%3Fb%23%25", "/m/a%3Fb%23%25"),
      (
        "location /l { error_page 403 = /p?u=$uri; return 403; } location /p { proxy_pass http://127.0.0.1:%0%; }",
        "/l%3Fadmin=1%26x", "/p?u=/l%3Fadmin=1%26x"
      ),
      (
        "location /l { error_page 403 = /p$uri; return 403; } location /p { proxy_pass http://127.0.0.1:%0%; }",
        "/l%3Fadmin=1", "/p/l%3Fadmin=1"
      ),
    ])
  func escaped(_ server: String, _ target: String, _ sent: String) async throws {
    let stand = try await ProxyStand(server) { _ in .send("HTTP/1.1 204 No Content\r\n\r\n") }
    #expect(try await stand.send(target).status == 204)
    #expect(stand.upstreams[0].log.requests.first?.hasPrefix("GET \(sent) HTTP/1.1\r\n") == true)
  }

  @Test("a fragment in a target is 400 before anything is chosen by it")
  func fragments() throws {
    let site = try Site("location / { return 200 \"$uri $args\"; }")
    for target in ["/x#/../admin", "/x?y#z", "/#"] { #expect(try site.send(target).status == 400) }
    #expect(try site.send("/x%23?y=%23").body == "/x# y=%23")
  }

  @Test(
    "numbers that a client chooses do not end the process",
    arguments: ["9223372036854775807", "9007199254740991m", "0", "-0", "00018", "99999999999999999999999999", "x", ""])
  func rates(_ number: String) throws {
    let site = try Site(
      "location / { limit_rate 100m; limit_rate_after $arg_a; } location /r { limit_rate $arg_a; root %%; }",
      files: ["f": "text", "r/f": "text"])
    #expect(try site.send("/f?a=\(number)").body == "text")
  }
}
