import Foundation
import NIOCore
import PKI
import TLSEngine
import Testing

@testable import Fetch

@Suite("Fetching over sockets", .timeLimit(.minutes(1)))
struct FetchTests {
  private static func ok(_ body: String) -> ScriptedServer.Answer {
    ScriptedServer.Answer(text: "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }

  private func fetch(_ request: FetchRequest) async -> Result<FetchResponse, FetchError> {
    await withCheckedContinuation { done in
      Thread { done.resume(returning: Fetch.run([request])[0]) }.start()
    }
  }

  private func text(_ result: Result<FetchResponse, FetchError>) -> String {
    switch result {
    case .success(let response): "\(response.status) " + String(decoding: response.body, as: UTF8.self)
    case .failure(let error): "\(error)"
    }
  }

  private func url(_ text: String) throws -> FetchURL { try #require(FetchURL(text)) }

  @Test("plain HTTP: bodies go and come, redirects are followed, fields are told")
  func plain() async throws {
    let server = try await ScriptedServer([
      "/a": Self.ok("hello"),
      "/b": ScriptedServer.Answer(text: "HTTP/1.1 302 Found\r\nLocation: a\r\nContent-Length: 0\r\n\r\n"),
      "/c": ScriptedServer.Answer(text: "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n"),
    ])
    let base = "http://localhost:\(server.port)"
    let got = await fetch(FetchRequest(.get, try url(base + "/a")))
    #expect(text(got) == "200 hello")
    #expect(try got.get().field("etag") == "\"1\"")
    var following = FetchRequest(.get, try url(base + "/b"))
    #expect(text(await fetch(following)) == "302 ")
    following.redirects = RedirectRule(limit: 1)
    let followed = await fetch(following)
    #expect(try followed.get().url.target == "/a")
    #expect(text(followed) == "200 hello")
    following.url = try url(base + "/c")
    #expect(text(await fetch(following)) == "redirected to \"file:///etc/passwd\", which is not allowed")
    let put = FetchRequest(.put, try url(base + "/a"), body: Array(repeating: 0x61, count: 300_000))
    #expect(text(await fetch(put)) == "200 hello")
    #expect(server.requests.last?.hasSuffix(String(repeating: "a", count: 300_000)) == true)
    await server.stop()
  }

  @Test("a socket of this machine is spoken to in HTTP")
  func unixSocket() async throws {
    let path = NSTemporaryDirectory() + "/fetch-\(UUID().uuidString.prefix(8)).sock"
    let server = try await ScriptedServer(["/push": Self.ok("done")], socket: path)
    #expect(text(await fetch(FetchRequest(.post, try url("unix:\(path):/push"), body: [1]))) == "200 done")
    #expect(server.requests[0].contains("Host: localhost\r\n"))
    await server.stop()
  }

  @Test("a server that is down, unknown or silent is told as such, within the time given")
  func failures() async throws {
    let server = try await ScriptedServer(["/a": ScriptedServer.Answer(text: "HTTP/1.1 200", ending: .stall)])
    var request = FetchRequest(.get, try url("http://127.0.0.1:\(server.port)/a"))
    request.limits.total = .milliseconds(300)
    #expect(await fetch(request) == .failure(.timedOut(.milliseconds(300))))
    let port = server.port
    await server.stop()
    request.url = try url("http://127.0.0.1:\(port)/a")
    let down = await fetch(request)
    #expect(text(down).contains("no connection:") && text(down).contains("efused"))
    request.url = try url("http://nobody.invalid/a")
    request.limits.total = .seconds(20)
    #expect(await fetch(request) == .failure(.hostNotFound("nobody.invalid")))
    request.url = try url("https://127.0.0.1:\(port)/a")
    #expect(await fetch(request) == .failure(.noTrust))
    #expect(throws: FetchError.noTrust) { _ = try FetchTLS(authorities: []) }
  }

  @Test("https: the server is who it says, by name or address, under the given anchors alone")
  func https() async throws {
    let root = try TestIdentity.root()
    let (named, stranger) = (
      try root.issue("server", names: [.dns("localhost"), .ip([127, 0, 0, 1])]), try TestIdentity.root("Other")
    )
    let client = try root.issue("client", names: [], serial: 3)
    var configuration = TLSServerConfiguration(credentials: [named.credential])
    configuration.clientCertificate = .required
    let server = try await ScriptedServer(
      ["/a": Self.ok("secret"), "/cut": ScriptedServer.Answer(text: "HTTP/1.1 200 OK\r\n\r\nhalf", ending: .cut)],
      tls: try TLSServerContext(configuration))
    let trusted = try FetchTLS(authorities: [root.certificate], credential: client.credential)
    var request = FetchRequest(.get, try url("https://localhost:\(server.port)/a"), tls: trusted)
    #expect(text(await fetch(request)) == "200 secret")
    request.url = try url("https://127.0.0.1:\(server.port)/a")
    #expect(text(await fetch(request)) == "200 secret")
    request.url = try url("https://127.0.0.1:\(server.port)/cut")
    #expect(await fetch(request) == .failure(.closedEarly), "no close_notify, no length")
    request.url = try url("https://localhost:\(server.port)/a")
    request.tls = try FetchTLS(authorities: [stranger.certificate], credential: client.credential)
    #expect(text(await fetch(request)).hasPrefix("the server's certificate is refused: unable to"))
    request.tls = try FetchTLS(authorities: [root.certificate])
    let anonymous = await fetch(request)
    guard case .failure(.tls(.alertReceived)) = anonymous else {
      Issue.record("\(anonymous)")
      return
    }
    await server.stop()
  }

  @Test("https: another's certificate is refused")
  func otherName() async throws {
    let root = try TestIdentity.root()
    let other = try root.issue("localhost", names: [.dns("example.com")])
    let server = try await ScriptedServer(
      ["/a": Self.ok("secret")], tls: try TLSServerContext(TLSServerConfiguration(credentials: [other.credential])))
    let tls = try FetchTLS(authorities: [root.certificate])
    for (host, reason) in [("localhost", "hostname mismatch"), ("127.0.0.1", "IP address mismatch")] {
      let result = await fetch(FetchRequest(.get, try url("https://\(host):\(server.port)/a"), tls: tls))
      #expect(text(result).hasPrefix("the server's certificate is refused: \(reason)"), "\(result)")
      if case .failure(let error) = result { #expect(error.fault == .server) }
    }
    #expect(server.requests.isEmpty)
    await server.stop()
  }

  @Test("requests sent together are answered in their order, and one that fails keeps none back")
  func several() async throws {
    let server = try await ScriptedServer(["/a": Self.ok("a"), "/b": Self.ok("b")])
    let requests = try ["/a", "/none", "/b"].map {
      FetchRequest(.get, try url("http://127.0.0.1:\(server.port)\($0)"))
    }
    let results = await withCheckedContinuation { done in
      Thread { done.resume(returning: Fetch.run(requests)) }.start()
    }
    #expect(results.map(text) == ["200 a", "connection closed before the response was complete", "200 b"])
    await server.stop()
  }
}

extension FetchResponse: Equatable {
  public static func == (a: Self, b: Self) -> Bool { a.status == b.status && a.body == b.body && a.url == b.url }
}
