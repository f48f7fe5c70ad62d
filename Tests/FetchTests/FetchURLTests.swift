import Testing

@testable import Fetch

@Suite("URLs that may be fetched")
struct FetchURLTests {
  @Test("http, https and sockets are taken apart")
  func parts() throws {
    let url = try #require(FetchURL("http://CRL.example.com:8080/a/b?c#d"))
    #expect(url.host == "crl.example.com" && url.port == 8080 && url.target == "/a/b?c")
    #expect(url.authority == "CRL.example.com:8080" && url.scheme == .http)
    #expect(FetchURL("HTTPS://example.com")?.port == 443)
    #expect(FetchURL("http://[::1]:81/")?.host == "::1")
    #expect(FetchURL("http://example.com?x")?.target == "/?x")
    let socket = try #require(FetchURL("unix:/run/a.sock:/push?x"))
    #expect(socket.host == "/run/a.sock" && socket.target == "/push?x" && socket.authority == "localhost")
    #expect("\(socket)" == "unix:/run/a.sock:/push?x")
    #expect(FetchURL("unix:/run/a.sock")?.target == "/")
  }

  @Test(
    "what could be anything else is none",
    arguments: [
      "ldap://example.com/", "file:///etc/passwd", "http:", "http://", "http:///x", "http://a b/", "http://user@host/",
      "http://host:0/", "http://host:99999/", "http://h/\r\nX: y", "http://[evil/", "http://[zz]/", "/x", "", "unix:x",
      "unix:/a:b", "http://ex\u{e4}mple/",
    ])
  func refused(text: String) { #expect(FetchURL(text) == nil) }

  @Test("references are resolved as RFC 3986 says")
  func references() throws {
    let base = try #require(FetchURL("http://a/b/c/d?q"))
    for (reference, url) in [
      ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
      ("//g", "http://g/"), ("?y", "http://a/b/c/d?y"), ("..", "http://a/b/"), ("../g", "http://a/b/g"),
      ("../../../g", "http://a/g"), ("g?y/../x", "http://a/b/c/g?y/../x"), ("https://x/y", "https://x/y"),
      ("g:h", nil), ("file:///etc/passwd", nil),
    ] as [(String, String?)] {
      #expect(base.resolving(reference)?.description == url, "\(reference)")
    }
  }
}
