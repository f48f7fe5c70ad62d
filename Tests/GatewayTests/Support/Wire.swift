import ConfigModel
import ConfigSyntax
import HTTPWire
import NIOCore
import NIOEmbedded
import TLSEngine

@testable import Gateway

/// A client's channel in memory, with a gateway's handler at its end.
final class Wire {
  let channel: EmbeddedChannel
  let handler: HTTPConnectionHandler
  let counters = ConnectionCounters()
  let site: Site
  private let bodies = BodyTestHandler()

  /// - Parameters:
  ///   - settings: of the http block.
  ///   - location: answers what is not below `/test/`.
  ///   - content: serves `/test/…`; `BodyTestHandler` without.
  init(
    _ settings: String = "", listen: String = "", location: String = "location / { return 200 \"hi\"; }",
    content: CompileContext.ContentFactory? = nil
  ) throws {
    let bodies = bodies
    site = try Site(
      """
      log_format plain "$request|$status|$bytes_sent|$request_length|$connection_requests";
      \(settings)
      server { listen 127.0.0.1:8080 \(listen); access_log %%/access.log plain; \(location)
        location /test/ { proxy_pass http://127.0.0.1:1; } }
      """
    ) { setting, settings, match, context throws(Diagnostic) in
      if let content { return try content(setting, settings, match, context) }
      return bodies
    }
    let connection = ClientConnection(
      number: 1, remoteAddress: try SocketAddress(ipAddress: "192.0.2.7", port: 4711),
      localAddress: try SocketAddress(ipAddress: "127.0.0.1", port: 8080), listener: site.listener, counters: counters)
    handler = HTTPConnectionHandler(connection)
    channel = EmbeddedChannel(handler: handler)
    try channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 8080)).wait()
  }

  var requests: [Request] { bodies.requests }
  var admissions: [Admission] { bodies.admissions }
  var isOpen: Bool { channel.isActive }
  var log: [String] { site.text(of: "access.log").split(separator: "\n").map(String.init) }

  /// Sends text as one read; what comes back.
  @discardableResult
  func send(_ text: String) throws -> String { try send(ByteBuffer(string: text)) }

  @discardableResult
  func send(_ bytes: ByteBuffer) throws -> String { String(buffer: try exchange(bytes)) }

  func exchange(_ bytes: ByteBuffer) throws -> ByteBuffer {
    channel.pipeline.fireChannelRead(bytes)
    channel.pipeline.fireChannelReadComplete()
    return try output()
  }

  func received() throws -> String { String(buffer: try output()) }

  /// How many writes reached the transport since the last look, and their bytes.
  func writes() throws -> [ByteBuffer] {
    var all: [ByteBuffer] = []
    while let bytes = try channel.readOutbound(as: ByteBuffer.self) { all.append(bytes) }
    return all
  }

  func output() throws -> ByteBuffer {
    var all = ByteBuffer()
    for bytes in try writes() { all.writeImmutableBuffer(bytes) }
    return all
  }

  func pass(_ seconds: Int) { channel.embeddedEventLoop.advanceTime(by: .seconds(Int64(seconds))) }

  func close() { _ = try? channel.finish(acceptAlreadyClosed: true) }
}

/// Does with a body, and with the response, what the URI asks for.
final class BodyTestHandler: ContentHandler, RequestBodyConsumer, @unchecked Sendable {
  private(set) var requests: [Request] = []
  private(set) var admissions: [Admission] = []
  private var body = ByteBuffer()
  private(set) var failures: [RequestFailure] = []

  func handle(_ request: Request, _ admission: Admission) {
    requests.append(request)
    admissions.append(admission)
    body = ByteBuffer()
    switch String(decoding: request.uri, as: UTF8.self) {
    case "/test/echo": request.readBody(into: self)
    case "/test/stream": stream(request, admission, length: nil)
    case "/test/short": stream(request, admission, length: 100)
    case "/test/long": stream(request, admission, length: 3)
    case "/test/hints": hint(request, admission)
    case "/test/tunnel": tunnel(request, admission)
    default: break  // Waits: the test answers.
    }
  }

  private func stream(_ request: Request, _ admission: Admission, length: Int?) {
    request.discardBody()
    request.response.status = 200
    request.response.contentLength = length
    request.sendHead(admission)
    request.sendBody(ByteBuffer(string: "abc"))
    request.sendBody(ByteBuffer(string: "def"))
    request.finishBody()
  }

  private func hint(_ request: Request, _ admission: Admission) {
    request.exchange.sendInformational(HTTPResponseHead(status: 103))
    stream(request, admission, length: 6)
  }

  private func tunnel(_ request: Request, _ admission: Admission) {
    request.response.status = 101
    request.sendHead(admission)
    guard let tunnel = request.exchange.upgradeToTunnel() else { return request.finalize(status: 500) }
    tunnel.onBytes = { bytes in
      if String(buffer: bytes) == "bye" { return tunnel.close() }
      tunnel.send(ByteBuffer(string: "<\(String(buffer: bytes))>"))
    }
  }

  func received(body part: ByteBuffer) { body.writeImmutableBuffer(part) }

  func receivedBodyEnd(trailers: HTTPFields?) {
    guard let request = requests.last, let admission = admissions.last else { return }
    request.response.status = 200
    request.response.contentLength = body.readableBytes
    request.sendHead(admission)
    request.sendBody(body)
    request.finishBody()
  }

  func requestFailed(_ reason: RequestFailure) { failures.append(reason) }
}
