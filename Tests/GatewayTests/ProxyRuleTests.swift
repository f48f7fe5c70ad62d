import ConfigModel
import HTTPWire
import NIOCore
import Testing

@testable import Gateway

@Suite("Rules of the proxy")
struct ProxyRuleTests {
  private func rule(_ conditions: Set<NextUpstream>, timeout: Duration = .zero) -> NextUpstreamRule {
    var settings = ProxySettings()
    settings.$nextUpstream.set(conditions, at: .init(file: "", line: 0))
    settings.$nextUpstreamTimeout.set(timeout, at: .init(file: "", line: 0))
    return NextUpstreamRule(settings)
  }

  private func progress(
    tries: Int = 1, sent: Bool = true, method: HTTPMethod = .get, streamed: Bool = false, elapsed: Duration = .zero
  ) -> NextUpstreamRule.Progress {
    NextUpstreamRule.Progress(
      triesLeft: tries, isSent: sent, method: method, isBodyStreamed: streamed, elapsed: elapsed)
  }

  @Test("by default errors and timeouts go on, statuses and invalid heads do not")
  func defaults() {
    let rule = rule([.error, .timeout])
    #expect(rule.allowsNext(after: .error, progress()))
    #expect(rule.allowsNext(after: .timeout, progress()))
    #expect(!rule.allowsNext(after: .invalidHeader, progress()))
    #expect(!rule.allowsNext(after: .status(500), progress()))
    #expect(!rule.allowsNext(after: .noLive, progress()))
  }

  @Test("a request that changes state is not sent twice, unless non_idempotent allows it")
  func nonIdempotent() {
    #expect(!rule([.error]).allowsNext(after: .error, progress(method: .post)))
    #expect(rule([.error]).allowsNext(after: .error, progress(sent: false, method: .post)))
    #expect(rule([.error, .nonIdempotent]).allowsNext(after: .error, progress(method: .post)))
    #expect(rule([.error]).allowsNext(after: .error, progress(method: .put)))
  }

  @Test("a body that was passed on as it came can't be sent again")
  func streamedBody() {
    #expect(!rule([.error]).allowsNext(after: .error, progress(streamed: true)))
    #expect(rule([.error]).allowsNext(after: .error, progress(sent: false, streamed: true)))
  }

  @Test("tries and time are limited")
  func limits() {
    #expect(!rule([.error]).allowsNext(after: .error, progress(tries: 0)))
    #expect(!rule([.http404]).allowsNext(after: .status(404), progress(tries: 1), triesNeeded: 2))
    #expect(rule([.http404]).allowsNext(after: .status(404), progress(tries: 2), triesNeeded: 2))
    let timed = rule([.error], timeout: .seconds(2))
    #expect(timed.allowsNext(after: .error, progress(elapsed: .seconds(1))))
    #expect(!timed.allowsNext(after: .error, progress(elapsed: .seconds(2))))
    #expect(!rule([.off, .error]).allowsNext(after: .error, progress()))
  }

  @Test("cookies keep their attributes through taking apart and putting together")
  func cookieAttributes() {
    let cookie = CookieAttributes(Array("a=b; Path=/x ;  Secure; Domain = d".utf8))
    #expect(cookie.text.asText == "a=b; Path=/x; Secure; Domain=d")
  }

  @Test(
    "cookie flags are added, replaced and taken away",
    arguments: [
      (["secure", "httponly"], "a=b; Secure; HttpOnly"),
      (["samesite=strict"], "a=b; SameSite=Strict"),
      (["nosecure"], "a=b"),
    ])
  func cookieFlags(_ flags: [String], _ expected: String) throws {
    var cookie = CookieAttributes(Array("a=b".utf8))
    try #require(CookieFlagEdit(flags)).apply(to: &cookie)
    #expect(cookie.text.asText == expected)
  }

  @Test("flags that a cookie has already are not repeated, and can be turned off")
  func presentCookieFlags() throws {
    var cookie = CookieAttributes(Array("a=b; secure; SameSite=Lax".utf8))
    try #require(CookieFlagEdit(["secure", "samesite=none"])).apply(to: &cookie)
    #expect(cookie.text.asText == "a=b; secure; SameSite=None")
    try #require(CookieFlagEdit(["nosecure", "nosamesite"])).apply(to: &cookie)
    #expect(cookie.text.asText == "a=b")
    #expect(CookieFlagEdit(["other"]) == nil)
  }

  @Test("a request's body moves to a file beyond its limit, and can be read again from anywhere")
  func bodyBuffer() throws {
    let body = RequestBodyBuffer(memoryLimit: 10, directory: "/tmp/countersign-proxy-tests")
    try body.append(ByteBuffer(string: "01234"))
    #expect(body.inMemory == ByteBuffer(string: "01234"))
    try body.append(ByteBuffer(string: "567890abcdef"))
    try body.append(ByteBuffer(string: "ghi"))
    #expect(body.inMemory == nil && body.count == 20)
    #expect(try body.read(from: 0, upTo: 4) == ByteBuffer(string: "0123"))
    #expect(try body.read(from: 15, upTo: 100) == ByteBuffer(string: "ef"))
    #expect(try body.read(from: 18, upTo: 100) == ByteBuffer(string: "hi"))
    #expect(try body.read(from: 20, upTo: 100) == nil)
  }

  @Test("field names are matched in any case, and can be taken out of the set")
  func fieldNames() {
    var names = FieldNameSet(["Date", "X-Accel-Redirect"])
    func has(_ name: String) -> Bool { Array(name.utf8).withUnsafeBytes { names.contains($0) } }
    #expect(has("date") && has("DATE") && has("x-accel-redirect") && !has("data") && !has(""))
    names.remove(Array("DATE".utf8))
    #expect(!has("date"))
  }
}
