import Testing

@testable import Gateway

@Suite("Static content")
struct ContentTests {
  private func site(_ more: String = "") throws -> Site {
    try Site(
      "types { text/html html; text/css css; } default_type application/x; \(more)",
      files: [
        "index.html": "home", "a.css": "0123456789", "dir/index.html": "dir", "empty/": "", "A.CSS": "upper",
        "f": "raw",
      ])
  }

  @Test("files are served with type, length, date and tag")
  func file() throws {
    let answer = try site().send("/a.css")
    #expect(answer.status == 200)
    #expect(answer.body == "0123456789")
    #expect(answer.fields["content-type"] == "text/css")
    #expect(answer.fields["content-length"] == "10")
    #expect(answer.fields["accept-ranges"] == "bytes")
    #expect(answer.fields["last-modified"] != nil)
    #expect(answer.fields["etag"]?.hasSuffix("-a\"") == true)
    #expect(answer.fields["server"]?.hasPrefix("countersign/") == true)
    #expect(answer.fields["date"] != nil)
  }

  @Test(
    "index files, directories and what is missing",
    arguments: [
      ("/", 200, "home"), ("/dir/", 200, "dir"), ("/dir", 301, nil), ("/none", 404, nil), ("/empty/", 403, nil),
      ("/none/", 404, nil), ("/a.css/x", 404, nil), ("/A.CSS", 200, "upper"), ("/f", 200, "raw"),
    ])
  func paths(_ target: String, _ status: Int, _ body: String?) throws {
    let answer = try site().send(target)
    #expect(answer.status == status)
    if let body { #expect(answer.body == body) }
  }

  @Test("methods that files don't know are refused with 405")
  func methods() throws {
    #expect(try site().send("/a.css", method: .post).status == 405)
    #expect(try site().send("/a.css", method: .delete).status == 405)
    #expect(try site().send("/a.css", method: .head).body.isEmpty)
    #expect(try site().send("/a.css", method: .head).fields["content-length"] == "10")
  }

  @Test("conditional requests are answered with 304 and 412")
  func conditions() throws {
    let site = try site()
    let first = try site.send("/a.css")
    let modified = first.fields["last-modified"] ?? ""
    let etag = first.fields["etag"] ?? ""
    let unmodified = try site.send("/a.css", [("If-Modified-Since", modified)])
    #expect(unmodified.status == 304)
    #expect(unmodified.fields["content-type"] == nil)
    #expect(unmodified.fields["etag"] == etag)
    #expect(try site.send("/a.css", [("If-None-Match", "\"x\", W/\(etag)")]).status == 304)
    #expect(try site.send("/a.css", [("If-None-Match", "\"x\"")]).status == 200)
    #expect(try site.send("/a.css", [("If-Match", "\"x\"")]).status == 412)
    #expect(try site.send("/a.css", [("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]).status == 412)
  }

  @Test("ranges are answered with 206 and 416")
  func ranges() throws {
    let site = try site()
    let part = try site.send("/a.css", [("Range", "bytes=2-4")])
    #expect(part.status == 206)
    #expect(part.body == "234")
    #expect(part.fields["content-range"] == "bytes 2-4/10")
    #expect(part.fields["content-length"] == "3")
    let several = try site.send("/a.css", [("Range", "bytes=0-1,-1")])
    #expect(several.status == 206)
    #expect(several.fields["content-type"]?.hasPrefix("multipart/byteranges; boundary=") == true)
    #expect(several.body.contains("Content-Range: bytes 9-9/10\r\n\r\n9\r\n--"))
    #expect(several.fields["content-length"] == "\(several.body.utf8.count)")
    let beyond = try site.send("/a.css", [("Range", "bytes=10-")])
    #expect(beyond.status == 416)
    #expect(beyond.fields["content-range"] == "bytes */10")
    #expect(try site.send("/a.css", [("Range", "bytes=2-4"), ("If-Range", "\"old\"")]).status == 200)
  }

  @Test("alias replaces the location's name")
  func alias() throws {
    let site = try site("location /as/ { alias %%/dir/; } location ~ ^/r/(.*)$ { alias %%/$1; }")
    #expect(try site.send("/as/").body == "dir")
    #expect(try site.send("/r/a.css").body == "0123456789")
  }

  @Test(
    "try_files takes the first that exists, or its fallback",
    arguments: [
      ("/a.css", 200, "0123456789"), ("/dir", 301, nil), ("/none", 200, "home"),
      ("/named/x", 200, "named /named/x"), ("/status/x", 404, nil), ("/aliased/a.css", 200, "0123456789"),
    ])
  func tryFiles(_ target: String, _ status: Int, _ body: String?) throws {
    let site = try site(
      """
      location / { try_files $uri $uri/ /index.html; }
      location /named/ { try_files $uri @named; }
      location @named { return 200 "named $uri"; }
      location /status/ { try_files $uri =404; }
      location /aliased/ { alias %%/; try_files $uri =404; }
      """)
    let answer = try site.send(target)
    #expect(answer.status == status)
    if let body { #expect(answer.body == body) }
  }
}

@Suite("Headers and pages")
struct PageTests {
  @Test("nginx's pages, with our name")
  func page() throws {
    let answer = try Site("server_tokens off;").send("/none")
    #expect(
      answer.body == """
        <html>\r
        <head><title>404 Not Found</title></head>\r
        <body>\r
        <center><h1>404 Not Found</h1></center>\r
        <hr><center>countersign</center>\r
        </body>\r
        </html>\r\n
        """)
    #expect(answer.fields["content-type"] == "text/html")
    #expect(answer.fields["server"] == "countersign")
  }

  @Test(
    "error_page by URI, name, status and URL",
    arguments: [
      ("/a", 404, "page /a"), ("/b", 200, "page /b"), ("/c", 403, "named /c"), ("/d", 302, nil), ("/e", 418, "teapot"),
    ])
  func errorPages(_ target: String, _ status: Int, _ body: String?) throws {
    let site = try Site(
      """
      location /a { error_page 404 /page; }
      location /b { error_page 404 =200 /page; }
      location /c { error_page 403 @named; return 403; }
      location /d { error_page 404 http://elsewhere/; }
      location /e { error_page 404 = /teapot; }
      location = /page { return 200 "page $request_uri"; }
      location = /teapot { return 418 teapot; }
      location @named { return 200 "named $uri"; }
      """)
    let answer = try site.send(target)
    #expect(answer.status == status)
    if let body { #expect(answer.body == body) }
  }

  @Test("add_header applies to good statuses, with always to all")
  func addHeader() throws {
    let site = try Site(
      "add_header X-Good yes; add_header X-All $status always; location = /ok { return 200 ok; } expires 1h;")
    let good = try site.send("/ok")
    #expect(good.fields["x-good"] == "yes")
    #expect(good.fields["cache-control"] == "max-age=3600")
    let bad = try site.send("/none")
    #expect(bad.fields["x-good"] == nil)
    #expect(bad.fields["x-all"] == "404")
    #expect(bad.fields["expires"] == nil)
  }

  @Test(
    "hosts, targets and methods that can't be served are refused",
    arguments: [
      ("/", nil, 400), ("/", "a/b", 400), ("/../x", "localhost", 400), ("/%00", "localhost", 400),
      ("http://other/", "localhost", 404),
    ] as [(String, String?, Int)])
  func refused(_ target: String, _ host: String?, _ status: Int) throws {
    #expect(try Site("root %%/none;").send(target, host: host).status == status)
  }

  @Test("TRACE is refused, and HTTP/1.0 needs no Host")
  func versions() throws {
    let site = try Site("location / { return 200 $host; } server_name first second;")
    #expect(try site.send("/", method: .trace).status == 405)
    #expect(try site.send("/", host: nil, version: .http1_0).body == "first")
  }

  @Test(
    "a request without Host goes to the first server without a name, or stays where it is",
    arguments: [("server_name \"\" c;", "second"), ("", "second"), ("server_name c;", "first")])
  func nameless(_ name: String, _ answer: String) throws {
    let site = try Site(
      """
      server { listen 127.0.0.1:8080; server_name a; return 200 first; }
      server { listen 127.0.0.1:8080; \(name) return 200 second; }
      server { listen 127.0.0.1:8080; server_name b; return 200 third; }
      """)
    #expect(try site.send("/", host: nil, version: .http1_0).body == answer)
    #expect(try site.send("/", host: "none").body == "first")
  }
}
