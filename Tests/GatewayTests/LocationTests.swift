import Testing

@testable import Gateway

@Suite("Locations")
struct LocationTests {
  @Test(
    "exact, longest prefix, ^~ and regular expressions are chosen in nginx's order",
    arguments: [
      ("/", "root"), ("/exact", "exact"), ("/exact/", "root"), ("/img/a.png", "images"), ("/doc/a.png", "png"),
      ("/doc/a.txt", "doc"), ("/doc/deep/x", "deep"), ("/doc/deepest", "doc"), ("/nested/inner/x", "inner"),
      ("/nested/y", "nested"), ("/nested/x.png", "innerpng"), ("/CASE/x", "insensitive"),
    ])
  func chosen(_ target: String, _ name: String) throws {
    let site = try Site(
      """
      location / { return 200 root; }
      location = /exact { return 200 exact; }
      location ^~ /img/ { return 200 images; }
      location /doc { return 200 doc; }
      location /doc/deep/ { return 200 deep; }
      location ~ \\.png$ { return 200 png; }
      location ~* ^/case { return 200 insensitive; }
      location /nested/ {
        return 200 nested;
        location /nested/inner/ { return 200 inner; }
        location ~ \\.png$ { return 200 innerpng; }
      }
      """)
    #expect(try site.send(target).body == name)
  }

  @Test("a proxied location with a final slash redirects requests that lack it")
  func slash() throws {
    let site = try Site("location /app/ { proxy_pass http://127.0.0.1:1; }")
    #expect(try site.send("/app/x").body == "echo /app/x")
    let answer = try site.send("/app?a=1")
    #expect(answer.status == 301)
    #expect(answer.fields["location"] == "http://localhost:8080/app/?a=1")
  }

  @Test("internal locations are closed to clients and open to redirects")
  func internalLocations() throws {
    let site = try Site(
      """
      location /secret { internal; return 200 secret; }
      location /open { rewrite ^ /secret last; }
      """)
    #expect(try site.send("/secret").status == 404)
    #expect(try site.send("/open").body == "secret")
  }

  @Test("limit_except applies to the methods it does not name")
  func limitExcept() throws {
    let site = try Site(
      "location / { limit_except GET { proxy_pass http://127.0.0.1:1; } index a; }", files: ["f": "x"])
    #expect(try site.send("/f").body == "x")
    #expect(try site.send("/f", method: .put).body == "echo /f")
  }
}

@Suite("Server names")
struct ServerNameTests {
  @Test(
    "exact names win over wildcards, the longest wildcard over others, regular expressions come last",
    arguments: [
      ("example.com", "exact"), ("www.example.com", "leading"), ("a.b.example.com", "leading"),
      ("deep.sub.example.com", "deeper"), ("www.example.net", "trailing"), ("shop7.test", "shop 7"),
      ("nobody", "default"), ("EXAMPLE.com.:8080", "exact"), ("dotted.org", "dotted"), ("x.dotted.org", "dotted"),
    ])
  func chosen(_ host: String, _ name: String) throws {
    let servers = [
      ("_", "default"), ("example.com", "exact"), ("*.example.com", "leading"), ("*.sub.example.com", "deeper"),
      ("www.example.*", "trailing"), (".dotted.org", "dotted"),
    ].map { "server { listen 127.0.0.1:8080; server_name \($0); location / { return 200 \($1); } }" }
    let shop = "server { listen 127.0.0.1:8080; server_name ~^shop(?<number>\\d+)\\.; return 200 'shop $number'; }"
    let site = try Site(servers.joined() + shop)
    #expect(try site.send("/", host: host).body == name)
  }
}
