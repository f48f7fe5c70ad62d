import HTTPWire
import NIOCore
import Testing
import Transport

@testable import Gateway

@Suite("HTTP/1.1 connections")
struct HTTP1ConnectionTests {
  private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test("one read, one write, and the connection stays")
  func keepAlive() throws {
    let wire = try Wire()
    wire.channel.pipeline.fireChannelRead(ByteBuffer(string: get))
    wire.channel.pipeline.fireChannelReadComplete()
    let writes = try wire.writes()
    #expect(writes.count == 1)
    let text = writes.map { String(buffer: $0) }.joined()
    #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(text.contains("Connection: keep-alive\r\n"))
    #expect(text.hasSuffix("\r\n\r\nhi"))
    #expect(wire.isOpen)
    #expect(try wire.send(get).hasSuffix("hi"))
    #expect(wire.log.map { $0.split(separator: "|").last } == ["1", "2"])
    wire.close()
  }

  @Test("pipelined requests are answered in order, in one write")
  func pipelining() throws {
    let wire = try Wire()
    wire.channel.pipeline.fireChannelRead(
      ByteBuffer(string: get + "GET /test/stream HTTP/1.1\r\nHost: a\r\n\r\n" + get))
    wire.channel.pipeline.fireChannelReadComplete()
    let writes = try wire.writes()
    #expect(writes.count == 1)
    let text = String(buffer: writes.first ?? ByteBuffer())
    #expect(text.split(separator: "HTTP/1.1 200").count == 3)
    #expect(text.contains("Transfer-Encoding: chunked\r\n"))
    #expect(text.contains("\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"))
    wire.close()
  }

  @Test("$pipe tells the requests that were sent before the last response")
  func pipelineVariable() throws {
    let wire = try Wire("server { listen 127.0.0.1:8080 default_server; location / { return 200 [$pipe]; } }")
    #expect(try wire.send(get).hasSuffix("[.]"))
    let text = try wire.send(get + get)
    #expect(text.contains("\r\n\r\n[.]HTTP/1.1 200"))
    #expect(text.hasSuffix("[p]"))
    wire.close()
  }

  @Test("a log tells what the head said of the connection")
  func connectionVariables() throws {
    let wire = try Wire(
      """
      log_format c "$sent_http_connection|$sent_http_keep_alive|$sent_http_transfer_encoding";
      server { listen 127.0.0.1:8080 default_server; access_log %%/c.log c; keepalive_timeout 60s 9s;
        location / { return 200 "hi"; } location /test/ { proxy_pass http://127.0.0.1:1; } }
      """)
    try wire.send(get)
    try wire.send("GET /test/stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(wire.site.text(of: "c.log") == "keep-alive|timeout=9|-\nclose|-|chunked\n")
  }

  @Test("chunked_transfer_encoding off: the end of the connection ends the body, and there are no trailers")
  func withoutChunks() throws {
    let wire = try Wire("chunked_transfer_encoding off; add_trailer X-T t;")
    let text = try wire.send("GET /test/stream HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(!text.contains("Transfer-Encoding"))
    #expect(text.contains("Connection: close\r\n"))
    #expect(text.hasSuffix("\r\n\r\nabcdef"))
    #expect(!wire.isOpen)
  }

  @Test("a malformed body that nobody wants is answered 400 as far as it has come")
  func malformedUnwantedBody() throws {
    let wire = try Wire()
    let text = try wire.send(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nSEE-THIS\r\n0\r\n\r\n")
    #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
    #expect(text.contains("Connection: close\r\n"))
    #expect(!wire.isOpen || wire.handler.stage == .lingering)
    wire.close()
  }

  @Test("a pipelined request waits for the response before it")
  func order() throws {
    let wire = try Wire()
    let waiting = "GET /test/wait HTTP/1.1\r\nHost: a\r\n\r\n"
    #expect(try wire.send(waiting + get) == "")
    #expect(wire.handler.holdsReads)
    let request = try #require(wire.requests.last)
    request.finalize(status: 404)
    let text = try wire.received()
    #expect(text.hasPrefix("HTTP/1.1 404"))
    #expect(text.hasSuffix("hi"))
    #expect(!wire.handler.holdsReads)
    wire.close()
  }

  @Test("a request that was answered has no hold on the next")
  func staleRequest() throws {
    let wire = try Wire()
    #expect(try wire.send("GET /test/wait HTTP/1.1\r\nHost: a\r\n\r\n") == "")
    let stale = try #require(wire.requests.last)
    stale.finalize(status: 404)
    _ = try wire.received()
    #expect(try wire.send("GET /test/wait HTTP/1.1\r\nHost: a\r\n\r\n") == "")
    stale.exchange.send(HTTPResponseHead(status: 200), by: .admission(try #require(wire.admissions.first)), end: true)
    stale.exchange.abort()
    stale.exchange.flush()
    #expect(try wire.received() == "")
    #expect(wire.isOpen)
    wire.close()
  }

  static let framings: [(request: String, expected: [String], isOpen: Bool)] = [
    ("GET / HTTP/1.0\r\n\r\n", ["Connection: close", "Content-Length: 2"], false),
    ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", ["Connection: keep-alive"], true),
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", ["Connection: close"], false),
    ("GET /test/stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", ["Connection: close", "\r\n\r\nabcdef"], false),
    ("HEAD /test/stream HTTP/1.1\r\nHost: a\r\n\r\n", ["Connection: keep-alive\r\n\r\n"], true),
    ("GET /test/hints HTTP/1.1\r\nHost: a\r\n\r\n", ["HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK"], true),
    ("GET /test/hints HTTP/1.0\r\n\r\n", ["HTTP/1.1 200 OK"], false),
    ("GET /test/long HTTP/1.1\r\nHost: a\r\n\r\n", ["Content-Length: 3\r\n"], true),
    ("GET /test/short HTTP/1.1\r\nHost: a\r\n\r\n", ["Content-Length: 100\r\n", "abcdef"], false),
  ]

  @Test("framing and keep-alive", arguments: framings.indices)
  func framing(index: Int) throws {
    let (request, expected, isOpen) = Self.framings[index]
    let wire = try Wire()
    let text = try wire.send(request)
    for part in expected { #expect(text.contains(part), "\(text)") }
    #expect(wire.isOpen == isOpen)
    wire.close()
  }

  @Test("a body longer than announced is cut, a HEAD's is dropped")
  func lengths() throws {
    let wire = try Wire()
    #expect(try wire.send("GET /test/long HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("\r\n\r\nabc"))
    #expect(try wire.send("HEAD /test/long HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("\r\n\r\n"))
    wire.close()
  }

  @Test("bodies arrive whole however they are framed and split")
  func bodies() throws {
    let head = "POST /test/echo HTTP/1.1\r\nHost: a\r\n"
    let whole = [
      head + "Content-Length: 5\r\n\r\nhello",
      head + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    ]
    for text in whole {
      for split in [1, 7, text.utf8.count] {
        let wire = try Wire()
        var rest = ByteBuffer(string: text + get)
        var answer = ""
        while let part = rest.readSlice(length: min(split, rest.readableBytes)), part.readableBytes > 0 {
          answer += try wire.send(part)
        }
        #expect(answer.contains("\r\n\r\nhelloHTTP/1.1 200 OK"))
        #expect(wire.log.first?.split(separator: "|")[3] == "\(text.utf8.count)")
        wire.close()
      }
    }
  }

  @Test("100-continue is sent when the body is asked for, not when it is there already")
  func expectContinue() throws {
    let head = "POST /test/echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    let wire = try Wire()
    #expect(try wire.send(head) == "HTTP/1.1 100 Continue\r\n\r\n")
    #expect(try wire.send("hello").hasSuffix("hello"))
    #expect(try wire.send(head + "hello").hasPrefix("HTTP/1.1 200"))
    #expect(try wire.send("POST /test/stream" + head.dropFirst(15)).contains("Connection: close"))
    wire.close()
  }

  @Test("a body nobody wants is dropped and the connection goes on")
  func discard() throws {
    let wire = try Wire()
    let first = try wire.send("POST /test/stream HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234")
    #expect(first.contains("Connection: keep-alive"))
    #expect(try wire.send("56789" + get).hasSuffix("hi"))
    wire.close()
  }

  @Test("a body nobody wants is read while the response is sent, for its client may read nothing before")
  func discardDuringResponse() throws {
    let wire = try Wire()
    #expect(try wire.send("POST /test/wait HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123") == "")
    let request = try #require(wire.requests.last)
    request.discardBody()
    request.response.status = 200
    request.response.contentLength = 3
    request.sendHead(try #require(wire.admissions.last))
    #expect(try wire.send("4567").hasPrefix("HTTP/1.1 200"))
    #expect(!wire.handler.holdsReads)
    #expect(try wire.send("89" + get) == "")
    #expect(wire.handler.holdsReads)
    request.sendBody(ByteBuffer(string: "abc"))
    request.finishBody()
    #expect(try wire.received().hasSuffix("hi"))
    wire.close()
  }

  @Test("paused bodies stay unread")
  func backPressure() throws {
    let wire = try Wire()
    try wire.send("POST /test/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234")
    #expect(!wire.handler.holdsReads)
    let request = try #require(wire.requests.last)
    request.exchange.pauseBody()
    #expect(try wire.send("56789") == "")
    #expect(wire.handler.holdsReads)
    request.exchange.resumeBody()
    #expect(try wire.received().hasSuffix("0123456789"))
    wire.close()
  }

  static let refusals: [(String, String)] = [
    ("GARBAGE\r\n", "HTTP/1.1 400 Bad Request"), ("GET /\r\n", "HTTP/1.1 400 Bad Request"),
    ("GET / HTTP/3.0\r\n", "HTTP/1.1 505 HTTP Version Not Supported"),
    ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request"),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 501 Not Implemented"),
    ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n", "HTTP/1.1 414 Request-URI Too Large"),
    ("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 9000))", "HTTP/1.1 400 Bad Request"),
    ("POST /test/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "HTTP/1.1 400 Bad Request"),
  ]

  @Test("what can't be read is answered, logged, and ends the connection", arguments: refusals.indices)
  func refused(index: Int) throws {
    let wire = try Wire()
    let text = try wire.send(Self.refusals[index].0)
    #expect(text.hasPrefix(Self.refusals[index].1 + "\r\n"))
    #expect(text.contains("Connection: close\r\n"))
    #expect(text.split(separator: "HTTP/1.1").count <= 2 || index > 0)
    #expect(!wire.isOpen)
    #expect(wire.log.count == 1)
    wire.close()
  }

  @Test("too large fields have nginx's own page")
  func tooLargePage() throws {
    let wire = try Wire()
    let text = try wire.send("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 9000))")
    #expect(text.contains("400 Request Header Or Cookie Too Large"))
  }

  @Test("timeouts: no request, half a head, half a body, no next request")
  func timeouts() throws {
    let settings = "client_header_timeout 3s; client_body_timeout 4s; keepalive_timeout 5s;"
    let cases: [(sent: String, seconds: Int, logged: String?)] = [
      ("", 3, nil), ("GET / HT", 3, "GET / HT|408|0"), (get, 5, "GET / HTTP/1.1|200"),
      ("POST /test/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx", 4, "POST /test/echo HTTP/1.1|408|0"),
    ]
    for (sent, seconds, logged) in cases {
      let wire = try Wire(settings)
      if !sent.isEmpty { try wire.send(sent) }
      wire.pass(seconds - 1)
      #expect(wire.isOpen, "\(sent)")
      wire.pass(2)
      #expect(!wire.isOpen, "\(sent)")
      if let logged { #expect(wire.log.first?.hasPrefix(logged) == true, "\(wire.log)") }
      wire.close()
    }
  }

  @Test("keepalive_requests and keepalive_timeout 0 end the connection in time")
  func limits() throws {
    let two = try Wire("keepalive_requests 2;")
    #expect(try two.send(get).contains("Connection: keep-alive"))
    #expect(try two.send(get).contains("Connection: close"))
    #expect(!two.isOpen)
    let none = try Wire("keepalive_timeout 0;")
    #expect(try none.send(get).contains("Connection: close"))
    #expect(!none.isOpen)
  }

  @Test("draining: idle connections close at once or after a moment, busy ones with their response")
  func drain() throws {
    let urgent = try Wire()
    try urgent.send(get)
    urgent.channel.pipeline.fireUserInboundEventTriggered(DrainRequested(isUrgent: true))
    #expect(!urgent.isOpen)
    let patient = try Wire()
    try patient.send(get)
    patient.channel.pipeline.fireUserInboundEventTriggered(DrainRequested(isUrgent: false))
    #expect(patient.isOpen)
    #expect(try patient.send(get).contains("Connection: close"))
    #expect(!patient.isOpen)
    let idle = try Wire()
    idle.channel.pipeline.fireUserInboundEventTriggered(DrainRequested(isUrgent: false))
    idle.pass(4)
    #expect(!idle.isOpen)
    let busy = try Wire()
    try busy.send("POST /test/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
    busy.channel.pipeline.fireUserInboundEventTriggered(DrainRequested(isUrgent: true))
    #expect(busy.isOpen)
    #expect(try busy.send("b").contains("Connection: close"))
    #expect(!busy.isOpen)
  }

  @Test("a client that goes away is told to whoever serves it, and logged 499")
  func clientGone() throws {
    let wire = try Wire()
    try wire.send("GET /test/wait HTTP/1.1\r\nHost: a\r\n\r\n")
    wire.close()
    #expect(wire.log.first?.hasPrefix("GET /test/wait HTTP/1.1|499|0") == true)
    #expect(wire.counters.value(.idle) == 0)
    #expect(wire.counters.value(.requests) == 1)
  }

  @Test("an upgrade hands over what was sent ahead, and bytes in both directions")
  func tunnel() throws {
    let wire = try Wire()
    let text = try wire.send("GET /test/tunnel HTTP/1.1\r\nHost: a\r\n\r\nearly")
    #expect(text.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
    #expect(text.contains("Connection: upgrade\r\n"))
    #expect(text.hasSuffix("\r\n\r\n<early>"))
    #expect(try wire.send("more") == "<more>")
    #expect(wire.log.isEmpty)
    try wire.send("bye")
    #expect(!wire.isOpen)
    #expect(wire.log.count == 1)
  }
}
