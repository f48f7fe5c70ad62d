import Testing

@testable import Gateway

@Suite("Request targets")
struct NormalizedURITests {
  @Test(
    "a path is decoded, and its dot segments and empty segments are resolved",
    arguments: [
      ("/", "/"), ("/a/b", "/a/b"), ("//a///b", "/a/b"), ("/a/./b/../c", "/a/c"), ("/a/..", "/"), ("/a/.", "/a/"),
      ("/a/b/..", "/a/"), ("/...", "/..."), ("/.a/..b", "/.a/..b"), ("/%61%2Fb", "/a/b"), ("/a%2e%2e", "/a.."),
      ("/a/%2e%2e/b", "/b"), ("/%2e/a", "/a"), ("/a%25b", "/a%b"), ("/a%3Fb", "/a?b"), ("/a%23b", "/a#b"),
      ("/%C3%A4", "/ä"), ("/a b", "/a b"),
    ])
  func paths(_ target: String, _ path: String) {
    let uri = NormalizedURI(target: Array(target.utf8), mergeSlashes: true)
    #expect(uri.map { String(decoding: $0.path, as: UTF8.self) } == path)
  }

  @Test(
    "a target that leaves the root, has a broken escape, an encoded NUL or a fragment is no path",
    arguments: [
      "/#", "/a#b", "/a#/../b", "/a?b#c", "/a/#b?c", "#", "/a/..#",
      "/..", "/../a", "/a/../../b", "/%2e%2e/a", "/a/%2e%2e/%2e%2e/b", "/%", "/%4", "/%zz", "/%00", "/a%0", "/..?a",
    ])
  func refused(_ target: String) {
    #expect(NormalizedURI(target: Array(target.utf8), mergeSlashes: true) == nil)
  }

  @Test("without merge_slashes empty segments stay")
  func unmerged() {
    #expect(NormalizedURI(target: Array("//a//b".utf8), mergeSlashes: false)?.path == Array("//a//b".utf8))
  }

  @Test("arguments are kept as they are")
  func arguments() {
    let uri = NormalizedURI(target: Array("/a/..?x=%61&y=../%23z".utf8), mergeSlashes: true)
    #expect(uri?.path == Array("/".utf8))
    #expect(uri?.arguments == Array("x=%61&y=../%23z".utf8))
  }
}

@Suite("Hosts")
struct HostNameTests {
  @Test(
    "a host loses its port and its trailing dot and is lower case",
    arguments: [
      ("Example.COM", "example.com", 0), ("a.b:8443", "a.b", 8443), ("a.b.", "a.b", 0), ("[::1]:443", "[::1]", 443),
      ("[FE80::1]", "[fe80::1]", 0), ("a_b", "a_b", 0), ("a:", "a", 0), ("127.0.0.1", "127.0.0.1", 0),
    ])
  func canonical(_ text: String, _ name: String, _ port: Int) {
    let host = HostName(Array(text.utf8))
    #expect(host.map { String(decoding: $0.name, as: UTF8.self) } == name)
    #expect(host?.port == port)
  }

  @Test(
    "what is no host is refused",
    arguments: [
      "", ".", "a..b", "a/b", "a b", "a@b", "[::1", "[::1]x", "a:b", "a:65536", "a\u{0}b", "é", "a\\b", ":80",
    ])
  func refused(_ text: String) {
    #expect(HostName(Array(text.utf8)) == nil)
  }
}

@Suite("URI escapes")
struct URIEscapeTests {
  @Test("each place escapes what it can't hold")
  func escapes() {
    let text = Array("a b&c+d/é?".utf8)
    #expect(String(decoding: URIEscape.uri.escaped(text), as: UTF8.self) == "a%20b&c+d/%C3%A9%3F")
    #expect(String(decoding: URIEscape.arguments.escaped(text), as: UTF8.self) == "a%20b%26c%2Bd/%C3%A9%3F")
    #expect(String(decoding: URIEscape.component.escaped(text), as: UTF8.self) == "a%20b%26c%2Bd%2F%C3%A9%3F")
  }
}
