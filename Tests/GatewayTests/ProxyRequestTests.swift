import ConfigModel
import Testing

@testable import Gateway

@Suite("Proxied requests")
struct ProxyRequestTests {
  @Test(
    "fields that claim a client's identity are recognised however they are spelled",
    arguments: [
      ("X-SSL-Client-DN", true), ("x-ssl-client-verify", true), ("X_SSL_CLIENT_CERT", true),
      ("X-SSL_Client-Serial", true), ("SSL-Client-Cert", true), ("ssl_client_s_dn", true),
      ("X-Forwarded-Client-Cert", true), ("x_forwarded_client_cert", true), ("Client-Cert", true),
      ("CLIENT_CERT_CHAIN", true), ("Client-Cert-Chain", true),
      ("X-SSL-Issuer-DN", true), ("X-SSL-Cert", true), ("X-SSL", true), ("x.ssl.client.dn", true),
      ("SSL-Cert", true), ("ssl_client_subject_dn", true), ("SSLClientCert", true), ("X-Client-Cert", true),
      ("X_Client_Certificate_Chain", true), ("X-Client-Cert-SPIFFE", true), ("X-Client-DN", true),
      ("X-Client-S-DN", true), ("x_client_verify", true), ("X-Client-Subject-DN", true), ("X-Client-Issuer", true),
      ("X-Client-Serial-Number", true), ("X-Client-CN", true), ("X-Client-Fingerprint-SHA1", true),
      ("X-Forwarded-Tls-Client-Cert", true), ("X-Forwarded-Tls-Client-Cert-Info", true),
      ("X-Amzn-Mtls-Clientcert", true), ("X-Amzn-Mtls-Clientcert-Subject", true), ("X-ARR-ClientCert", true),
      ("Cf-Client-Cert-Sha256", true), ("WL-Proxy-Client-Cert", true), ("CERT_CHAIN_0", true), ("TLS-Client-DN", true),
      ("X-Forwarded-For", false), ("Client", false), ("SSL", false), ("X-Client-IP", false), ("X-Client-Data", false),
      ("X-Client-Id", false), ("X-Client-Version", false), ("X-Client-DNT", false), ("X-Forwarded-Proto", false),
      ("", false), ("Cookie", false), ("X", false), ("TE", false), ("X-Real-IP", false), ("Cache-Control", false),
    ])
  func identity(_ name: String, _ expected: Bool) {
    #expect(IdentityHeader.matches(Array(name.utf8)) == expected)
  }

  @Test(
    "upstream URLs are read as nginx reads them",
    arguments: [
      ("127.0.0.1:8081", "127.0.0.1", 8081, ""),
      ("backend", "backend", nil, ""),
      ("backend/a/b?c", "backend", nil, "/a/b?c"),
      ("backend:81?c=d", "backend", 81, "?c=d"),
      ("[::1]:8081/x", "[::1]", 8081, "/x"),
      ("[::1]", "[::1]", nil, ""),
    ])
  func urls(_ text: String, _ host: String, _ port: Int?, _ uri: String) throws {
    let url = try UpstreamURL(text.utf8)
    #expect(url.host.asText == host && url.port == port && url.uri.asText == uri && !url.isUnix)
  }

  @Test(
    "sockets of this machine carry their URI after a colon",
    arguments: [("unix:/a/b", "/a/b", ""), ("unix:/a/b:/x?y", "/a/b", "/x?y"), ("UNIX:/a:", "/a", "")])
  func unixURLs(_ text: String, _ path: String, _ uri: String) throws {
    let url = try UpstreamURL(text.utf8)
    #expect(url.isUnix && url.host.asText == path && url.uri.asText == uri)
    #expect(url.hostHeader(defaultPort: 80).asText == "localhost")
  }

  @Test(
    "URLs that lead nowhere are named as nginx names them",
    arguments: [
      ("", UpstreamURL.Fault.noHost), (":80", .noHost), ("/x", .noHost), ("a:0", .invalidPort),
      ("a:65536", .invalidPort), ("a:b", .invalidPort), ("a:", .invalidPort), ("[::1", .invalidHost),
      ("unix:", .noUnixPath),
    ])
  func faults(_ text: String, _ fault: UpstreamURL.Fault) {
    #expect(throws: fault) { try UpstreamURL(text.utf8) }
  }

  @Test("the port stands in $proxy_host unless it is the scheme's own")
  func hostHeader() throws {
    #expect(try UpstreamURL("a:80".utf8).hostHeader(defaultPort: 80).asText == "a")
    #expect(try UpstreamURL("a:81".utf8).hostHeader(defaultPort: 80).asText == "a:81")
    #expect(try UpstreamURL("a".utf8).portText(defaultPort: 443).asText == "443")
  }

  struct Target: Sendable {
    var replacement = ""
    var isComplete = false
    var prefix = 0
    var uri = "/loc/a b"
    var args = "x=1"
    var unparsed = "/loc/a%20b?x=1"
    var isUnparsedValid = true
    var isLocationValid = true
    var needsEscape = true
    var expected: String
  }

  @Test(
    "the target follows from proxy_pass's URI part and what became of the request's",
    arguments: [
      Target(expected: "/loc/a%20b?x=1"),
      Target(unparsed: "//loc/./a%20b?x=1", expected: "//loc/./a%20b?x=1"),
      Target(replacement: "/", prefix: 5, expected: "/a%20b?x=1"),
      Target(replacement: "/new", prefix: 4, expected: "/new/a%20b?x=1"),
      Target(replacement: "/new/", prefix: 5, args: "", expected: "/new/a%20b"),
      Target(replacement: "/new", prefix: 100, args: "", expected: "/new"),
      Target(uri: "/re", isUnparsedValid: false, expected: "/re?x=1"),
      Target(
        replacement: "/new", prefix: 4, uri: "/re", isUnparsedValid: false, isLocationValid: false, expected: "/re?x=1"),
      Target(replacement: "/whole?q", isComplete: true, expected: "/whole?q"),
      Target(replacement: "/a b\r\nX: y", isComplete: true, expected: "/a%20b%0D%0AX:%20y"),
      Target(replacement: "/a#b", isComplete: true, expected: "/a%23b"),
      Target(isComplete: true, expected: "/loc/a%20b?x=1"),
      Target(uri: "/a?b#c%41 d", isUnparsedValid: false, needsEscape: false, expected: "/a%3Fb%23c%2541%20d?x=1"),
      Target(uri: "/a", args: "b#c d", isUnparsedValid: false, expected: "/a?b%23c%20d"),
      Target(uri: "/a\r\nb", isUnparsedValid: false, needsEscape: false, expected: "/a%0D%0Ab?x=1"),
    ])
  func targets(_ target: Target) {
    let uri = ProxyURI(
      replacement: Array(target.replacement.utf8), isComplete: target.isComplete, prefixLength: target.prefix)
    let subject = ProxyURI.Subject(
      uri: Array(target.uri.utf8), args: Array(target.args.utf8), unparsed: Array(target.unparsed.utf8),
      isUnparsedValid: target.isUnparsedValid, isLocationValid: target.isLocationValid, needsEscape: target.needsEscape)
    var out: [UInt8] = []
    uri.append(subject, to: &out)
    #expect(out.asText == target.expected)
  }

  @Test(
    "X-Accel-Redirect takes paths alone",
    arguments: [
      ("/index.html", "/index.html", ""), ("/foo?bar", "/foo", "bar"), ("/foo%20bar", "/foo bar", ""),
      ("..", nil, nil), ("../foo", nil, nil), ("/foo/..", nil, nil), ("/foo/.%2e", nil, nil), ("/a..b", "/a..b", ""),
    ])
  func safeURIs(_ target: String, _ uri: String?, _ args: String?) {
    let safe = ProxiedRequest.safeURI(Array(target.utf8))
    #expect(safe?.uri.asText == uri && safe?.args.asText == args)
  }
}
