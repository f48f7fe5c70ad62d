import HTTPWire
import Testing

@testable import Gateway

@Suite("Files named by variables")
struct PathTemplateTests {
  @Test(
    "bytes that a request brought make no part of a .. segment",
    arguments: [
      // What stands before, what the request brought, what stands behind.
      ("/a/", "..", "", true), ("/a/", "../b", "", true), ("/a/", "b/..", "/c", true), ("/a/", "b/../c", "", true),
      ("/a/.", ".", "/b", true), ("/a/", ".", "./b", true), ("/a/", "..", "/..", true), ("/a", "/..", "", true),
      ("/a/", "\0", "", true), ("/a/", "x\0y", "/z", true), ("", "..", "", true), ("", "../x", "", true),
      ("/a/", "b", "", false), ("/a/", "..b", "", false), ("/a/", "b..", "/c", false), ("/a/", "...", "", false),
      ("/a/../", "b", "/c", false), ("/a/", "b", "/../c", false), ("/a/..", "", "/c", false), ("/a", "..", "", false),
      ("/a/", "", "", false), ("/a/", "b/c", "/../d", false), ("/a/", ".", "/b", false), ("/a/", "/", "../b", false),
    ] as [(String, String, String, Bool)])
  func segments(_ before: String, _ value: String, _ after: String, _ leadsAway: Bool) {
    let path = Array((before + value + after).utf8)
    let range = before.utf8.count..<(before.utf8.count + value.utf8.count)
    #expect(path.leadsAway(in: range) == leadsAway)
  }

  private static let files = ["pub/file": "inside", "secret": "outside", "pub/deep/file": "deep", "logs/": ""]

  @Test(
    "no request leads out of a folder",
    arguments: [
      ("location /al { alias %%/pub/; }", "/al../secret"), ("location ^~ /al { alias %%/pub/; }", "/al..%2fsecret"),
      ("location / { root %%/pub/$arg_d; }", "/secret?d=.."),
      ("location / { root %%/pub/$arg_d; }", "/secret?d=deep/../.."),
      ("location / { root %%/$arg_a$arg_b/pub; }", "/secret?a=.&b=."),
      ("location ~ ^/r(.*)$ { root %%; rewrite ^/r(.*)$ /pub/$1 break; }", "/r../secret"),
      ("location ~ ^/r(.*)$ { alias %%/pub/$1; }", "/r../secret"),
      ("location / { root %%/pub; try_files /$arg_f =404; }", "/?f=../secret"),
      ("location / { root %%/pub; index $arg_f; }", "/?f=../secret"),
      ("location / { try_files /none /x/$arg_f; } location /x/ { root %%/pub; }", "/?f=../../secret"),
      ("location / { root %%/pub; error_page 404 /$arg_f; }", "/none?f=../secret"),
    ])
  func traversal(_ server: String, _ target: String) throws {
    let site = try Site(server, files: Self.files)
    let answer = try site.send(target)
    #expect(answer.status >= 400)
    #expect(!answer.body.contains("outside"))
    #expect(site.text(of: "error.log").contains("leads out of its folder"))
  }

  @Test(
    "what stays below it is served as before",
    arguments: [
      ("location /al { alias %%/pub/; }", "/al/file", "inside"),
      ("location /al { alias %%/pub/; }", "/alfile", "inside"),
      ("location / { root %%/$arg_d; }", "/file?d=pub", "inside"),
      ("location / { root %%/$arg_d; }", "/file?d=pub/deep", "deep"),
      ("location / { root %%/pub/../pub/$arg_d; }", "/file?d=deep", "deep"),
      ("location ~ ^/r/(.*)$ { alias %%/pub/$1; }", "/r/deep/file", "deep"),
      ("location / { root %%; try_files /pub$uri =404; }", "/file", "inside"),
      ("location / { root %%/pub; if (-f $request_filename) { return 200 there; } }", "/file", "there"),
      ("location / { root %%/pub/../pub; if (-f $document_root$uri) { return 200 there; } }", "/file", "there"),
    ])
  func inside(_ server: String, _ target: String, _ body: String) throws {
    let answer = try Site(server, files: Self.files).send(target)
    #expect(answer.status == 200)
    #expect(answer.body == body || answer.fields["content-length"] == "\(body.utf8.count)")
  }

  @Test("a log's name stays in its folder, and a line that has none is reported")
  func accessLog() throws {
    let site = try Site(
      "access_log %%/logs/$arg_x.log; location / { return 200 ok; }", files: ["logs/": ""])
    try site.send("/one?x=a")
    try site.send("/two?x=../b")
    #expect(site.text(of: "logs/a.log").contains("/one"))
    #expect(site.text(of: "b.log").isEmpty)
    #expect(site.text(of: "error.log").contains("leads out of its folder while logging request"))
  }
}
