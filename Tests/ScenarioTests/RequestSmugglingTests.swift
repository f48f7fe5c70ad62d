import Foundation
import Testing

@Suite("Request smuggling shapes get 400 and the connection closes")
struct RequestSmugglingTests {
  static let shapes: [(name: String, request: String)] = [
    ("two different lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
    ("the same length twice", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
    ("a list of lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc"),
    ("a signed length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc"),
    (
      "length and chunked",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    ("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
    ("folded field", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"),
    ("bare CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n"),
    ("NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n"),
    ("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    ("no Host", "GET / HTTP/1.1\r\n\r\n"),
    ("a chunk size that is no number", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"),
    (
      "a chunk size that overflows",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n"
    ),
    (
      "a chunk longer than it says",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n"
    ),
  ]

  @Test("each shape is refused, and what follows it is never served")
  func shapesAreRefused() throws {
    let directory = try TemporaryDirectory()
    let ports = try Ports(2)
    let gateway = try GatewayProcess(
      """
      events { }
      http {
        server { listen 127.0.0.1:@PORT1@; location / { proxy_pass http://127.0.0.1:@PORT2@; } }
        server { listen 127.0.0.1:@PORT2@; access_log @DIR@/upstream.log; location / { return 200 "upstream"; } }
      }
      """, in: directory, ports: ports)
    for shape in Self.shapes {
      let answer = try RawConnection.exchange(
        port: ports[0], shape.request + "GET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(shape.name): \(answer.prefix(60))")
      #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2, "\(shape.name): more than one answer")
    }
    #expect(!directory.text("upstream.log").contains("smuggled"))
    #expect(gateway.isRunning)
  }

  @Test("a transfer coding other than one chunked gets 501", arguments: ["gzip", "chunked, chunked", "gzip, chunked"])
  func unknownCodingGets501(coding: String) throws {
    let directory = try TemporaryDirectory()
    let ports = try Ports()
    let gateway = try GatewayProcess(
      "events { } http { server { listen 127.0.0.1:@PORT1@; return 200 ok; } }", in: directory, ports: ports)
    let answer = try RawConnection.exchange(
      port: ports[0], "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \(coding)\r\n\r\n")
    #expect(answer.hasPrefix("HTTP/1.1 501 "))
    #expect(gateway.isRunning)
  }
}
