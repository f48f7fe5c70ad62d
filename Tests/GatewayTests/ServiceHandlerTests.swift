import ConfigModel
import ConfigSyntax
import ContentService
import NIOCore
import Synchronization
import Testing

@testable import Gateway

/// Answers with what it was told to, and keeps what it was asked.
final class ScriptedService: ContentService {
  let maximumBodySize = 100
  private let answer: ServiceResponse
  private let asked = Mutex<[ServiceRequest]>([])
  private let held = Mutex<[@Sendable (ServiceResponse) -> Void]>([])
  private let isWaiting: Bool

  init(_ answer: ServiceResponse, isWaiting: Bool = false) {
    self.answer = answer
    self.isWaiting = isWaiting
  }

  var requests: [ServiceRequest] { asked.withLock { $0 } }

  func answer(_ request: ServiceRequest, completion: @escaping @Sendable (ServiceResponse) -> Void) {
    asked.withLock { $0.append(request) }
    if isWaiting { return held.withLock { $0.append(completion) } }
    completion(answer)
  }

  /// Answers what waits.
  func complete() { for completion in held.withLock({ $0 }) { completion(answer) } }
}

@Suite("services as content handlers")
struct ServiceHandlerTests {
  private static func wire(_ service: ScriptedService, _ settings: String = "") throws -> Wire {
    try Wire(settings) { _, _, match, _ in ServiceHandler(service, match: match) }
  }

  private static func get(_ target: String, _ more: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(more)\r\n"
  }

  @Test(
    "the service sees the path behind the location's name as it was sent",
    arguments: [
      ("/test/a//b%2Fc+d=", "a//b%2Fc+d="), ("/test/", ""), ("/test/x?y=1", "x"), ("/te%73t/a%20b", "a%20b"),
      ("/test//a", "/a"),
    ])
  func subpath(_ target: String, _ subpath: String) throws {
    let service = ScriptedService(ServiceResponse(status: 200))
    try Self.wire(service).send(Self.get(target))
    #expect(service.requests.map(\.subpath) == [subpath])
  }

  @Test("method, query, fields and body arrive whole")
  func request() throws {
    let service = ScriptedService(ServiceResponse(status: 200))
    let wire = try Self.wire(service)
    try wire.send("POST /test/a?b=c HTTP/1.1\r\nHost: localhost\r\nContent-Type: x/y\r\nContent-Length: 6\r\n\r\nabc")
    #expect(service.requests.isEmpty)
    try wire.send("def")
    let request = try #require(service.requests.first)
    #expect(request.method == "POST" && request.path == "/test/a" && request.query == "b=c")
    #expect(request.fields["content-type"] == "x/y" && request.body == Array("abcdef".utf8))
  }

  @Test("status, validators, lifetime, fields and body are sent")
  func response() throws {
    var response = ServiceResponse(
      status: 200, contentType: "a/b", fields: [("X-More", "1")], body: Array("hello".utf8))
    response.etag = "\"e\""
    response.lastModified = 784_111_777
    response.expires = 784_111_778
    let text = try Self.wire(ScriptedService(response)).send(Self.get("/test/"))
    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.hasSuffix("\r\n\r\nhello"))
    for field in [
      "Content-Type: a/b", "Content-Length: 5", "ETag: \"e\"", "X-More: 1",
      "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT", "Expires: Sun, 06 Nov 1994 08:49:38 GMT",
    ] { #expect(text.contains("\r\n\(field)\r\n"), "\(field)") }
    let head = try Self.wire(ScriptedService(response)).send("HEAD /test/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(head.contains("\r\nContent-Length: 5\r\n") && head.hasSuffix("\r\n\r\n"))
  }

  @Test("conditional requests are answered by the validators")
  func conditions() throws {
    var response = ServiceResponse(status: 200, contentType: "a/b", body: Array("hello".utf8))
    response.etag = "\"e\""
    response.lastModified = 784_111_777
    for (field, status) in [
      ("If-None-Match: \"e\"", "304"), ("If-None-Match: \"f\"", "200"),
      ("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT", "304"), ("If-Match: \"f\"", "412"),
    ] {
      let text = try Self.wire(ScriptedService(response)).send(Self.get("/test/", field + "\r\n"))
      #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(field)")
      #expect(text.hasSuffix("hello") == (status == "200"))
    }
  }

  @Test("an error without a body gets the gateway's page, with the service's fields, and the log says why")
  func errors() throws {
    let service = ScriptedService(
      ServiceResponse(status: 405, fields: [("Allow", "GET")], problem: "it went wrong"))
    let wire = try Self.wire(service)
    let text = try wire.send(Self.get("/test/"))
    #expect(text.hasPrefix("HTTP/1.1 405 ") && text.contains("\r\nAllow: GET\r\n") && text.contains("<html>"))
    #expect(wire.site.text(of: "error.log").contains("it went wrong, client: 192.0.2.7"))
    let paged = try Self.wire(service, "error_page 405 /page;").send(Self.get("/test/"))
    #expect(paged.hasSuffix("hi"))
  }

  @Test("a body beyond what the service takes is refused, announced or not")
  func bodyLimit() throws {
    let service = ScriptedService(ServiceResponse(status: 200))
    let head = "POST /test/ HTTP/1.1\r\nHost: localhost\r\n"
    let announced = try Self.wire(service).send(head + "Content-Length: 101\r\n\r\n")
    #expect(announced.hasPrefix("HTTP/1.1 413 "))
    let chunk = "65\r\n" + String(repeating: "x", count: 101) + "\r\n"
    let chunked = try Self.wire(service).send(head + "Transfer-Encoding: chunked\r\n\r\n\(chunk)")
    #expect(chunked.hasPrefix("HTTP/1.1 413 "))
    #expect(service.requests.isEmpty)
  }

  @Test("an answer that comes late is sent then, and one that comes too late is dropped")
  func late() throws {
    let service = ScriptedService(ServiceResponse(status: 200, body: Array("late".utf8)), isWaiting: true)
    let wire = try Self.wire(service)
    #expect(try wire.send(Self.get("/test/")).isEmpty)
    service.complete()
    #expect(try wire.received().hasSuffix("late"))
    try wire.send(Self.get("/test/"))
    wire.close()
    service.complete()
    #expect(service.requests.count == 2)
  }

  @Test("without CAs in the program the directives are refused with their place")
  func withoutServices() throws {
    let binding = AuthorityBinding(nil)
    var settings = AuthoritySettings()
    let position = SourcePosition(file: "nginx.conf", line: 7)
    settings.$directory.set(PathReference(path: "/pki", position: position), at: position)
    #expect(throws: Diagnostic.self) { try binding.check(settings) }
  }
}
