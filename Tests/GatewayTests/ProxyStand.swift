import ConfigModel
import ConfigSyntax
import Foundation
import HTTPWire
import NIOCore
import Synchronization
import Transport

@testable import Gateway

/// A gateway without its client side: a configuration with `proxy_pass`, scripted upstreams, requests put in by hand.
final class ProxyStand: Sendable {
  let loops: EventLoops
  let upstreams: [ScriptedUpstream]
  let folder: String
  private let listener: ListenerRuntime
  private let registry = UpstreamRegistry()

  /// - Parameters:
  ///   - http: the http block's content, or one server's; `%0%` is the first upstream's port.
  ///   - down: which upstreams refuse connections.
  init(_ http: String, down: Set<Int> = [], _ scripts: ScriptedUpstream.Script...) async throws {
    loops = EventLoops(count: 1)
    var upstreams: [ScriptedUpstream] = []
    for (index, script) in scripts.enumerated() {
      upstreams.append(try await ScriptedUpstream(on: loops, isUp: !down.contains(index), script))
    }
    self.upstreams = upstreams
    folder = NSTemporaryDirectory() + "countersign-proxy-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let registry = registry
    let compile = try Self.compile(Self.text(http, upstreams, folder), folder) {
      content, settings, match, context throws(Diagnostic) in
      guard case .proxyPass(let pass) = content else { throw Diagnostic("only proxy_pass stands here", at: nil) }
      return try registry.proxyHandler(pass, settings, match, context)
    }
    try registry.define(compile.http.upstreams, compile: compile)
    let server = try ServerRuntime(block: compile.http.servers[0], compile: compile)
    listener = try ListenerRuntime(
      [(compile.http.servers[0].listens[0], server)], variables: compile.variables)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
    loops.shutDown { _ in }
  }

  private static func text(_ http: String, _ upstreams: [ScriptedUpstream], _ folder: String) -> String {
    let body = http.contains("server {") ? http : "server { listen 127.0.0.1:8080; \(http) }"
    var text = "events {} http { access_log off; error_log \(folder)/error.log info; \(body) }"
    for (index, upstream) in upstreams.enumerated() {
      text = text.replacingOccurrences(of: "%\(index)%", with: "\(upstream.port)")
    }
    return text
  }

  private static func compile(
    _ text: String, _ folder: String, _ factory: @escaping CompileContext.ContentFactory
  ) throws -> CompileContext {
    let host = ConfigurationHost(read: { _ in Array(text.utf8) })
    let read = try ConfigurationReader(host: host).read(file: "nginx.conf", prefix: folder)
    return CompileContext(
      configuration: read.configuration, logs: LogFiles(), prefix: folder, contentFactory: factory)
  }

  var errorLog: String { (try? String(contentsOfFile: "\(folder)/error.log", encoding: .utf8)) ?? "" }

  /// Sends a request, and waits for what the client would have got.
  func send(
    _ target: String, method: HTTPMethod = .get, _ fields: [(String, String)] = [], body: [String] = [],
    version: HTTPVersion = .http1_1, client: ProxyTestClient = ProxyTestClient()
  ) async throws -> ProxyAnswer {
    var head = HTTPRequestHead(method: method, target: Array(target.utf8), version: version, fields: HTTPFields())
    head.fields.append(name: "Host", value: "localhost")
    for (name, value) in fields { head.fields.append(name: name, value: value) }
    let loop = loops.acceptor
    let promise = loop.makePromise(of: ProxyAnswer.self)
    let listener = listener
    loop.execute { [head] in
      let exchange = ProxyTestExchange(
        loop: loop, listener: listener, body: body, client: client, promise: promise)
      Request(exchange: exchange, head: head, server: listener.defaultServer).start()
    }
    return try await promise.futureResult.get()
  }
}

/// What a client would have seen.
struct ProxyAnswer: Sendable {
  var status = 0
  var fields = HTTPFields()
  var body = ""
  /// Cut off: the connection was closed before the response's end.
  var isAborted = false
  var tries: [String] = []
}

/// How the client behaves.
struct ProxyTestClient: Sendable {
  /// Goes away when so many body bytes have come; `nil`: never.
  var leavesAfter: Int?
  /// Goes away after this time.
  var leavesIn: TimeAmount?
  /// Says "not writable" after each piece, and "writable" a little later.
  var isSlow = false
  /// What it says once its connection is a tunnel.
  var tunnelled: String?
}

/// Keeps what a request sends, on a real event loop.
final class ProxyTestExchange: Exchange {
  let eventLoop: EventLoop
  let connection: ClientConnection
  var events: RequestEvents?
  var isWritable = true
  var bytesSent = 0
  var bodyBytesSent = 0
  let requestLength = 0
  let requestsOnConnection = 1
  private var answer = ProxyAnswer()
  private var body: [String]
  private let client: ProxyTestClient
  private let promise: EventLoopPromise<ProxyAnswer>
  private var isPaused = true
  private var hasEnded = false

  init(
    loop: EventLoop, listener: ListenerRuntime, body: [String], client: ProxyTestClient,
    promise: EventLoopPromise<ProxyAnswer>
  ) {
    eventLoop = loop
    self.body = body
    self.client = client
    self.promise = promise
    let address = try? SocketAddress(ipAddress: "192.0.2.7", port: 4711)
    connection = ClientConnection(
      number: 1, remoteAddress: address!, localAddress: address!, listener: listener)
    if let time = client.leavesIn {
      loop.assumeIsolated().scheduleTask(in: time) { self.leave() }
    }
  }

  func sendInformational(_ head: HTTPResponseHead) {}

  func send(_ head: HTTPResponseHead, by warrant: Warrant, end: Bool) {
    answer.status = head.status
    answer.fields = head.fields
    bytesSent += 100
    if end { finish(trailers: nil) }
  }

  func send(_ bytes: ByteBuffer) {
    answer.body += String(buffer: bytes)
    bytesSent += bytes.readableBytes
    bodyBytesSent += bytes.readableBytes
    if let limit = client.leavesAfter, bodyBytesSent >= limit { return leave() }
    guard client.isSlow else { return }
    isWritable = false
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(5)) {
      self.isWritable = true
      self.events?.responseWritable()
    }
  }

  func finish(trailers: HTTPFields?) { end() }
  func flush() {}

  func abort() {
    answer.isAborted = true
    end()
  }

  private func leave() {
    guard !hasEnded else { return }
    events?.requestFailed(.clientClosed)
    abort()
  }

  private func end() {
    guard !hasEnded else { return }
    hasEnded = true
    let request = events as? Request
    events?.exchangeEnded()
    events = nil
    answer.tries = request?.response.upstreamTries.map { "\($0.status ?? 0)" } ?? []
    promise.succeed(answer)
  }

  func disableKeepAlive() {}

  func resumeBody() {
    guard isPaused else { return }
    isPaused = false
    deliver()
  }

  private func deliver() {
    guard !isPaused else { return }
    if body.isEmpty {
      isPaused = true
      events?.receivedBodyEnd(trailers: nil)
      return
    }
    events?.received(body: ByteBuffer(string: body.removeFirst()))
    if body.isEmpty { deliver() } else { eventLoop.assumeIsolated().execute { self.deliver() } }
  }

  func pauseBody() { isPaused = true }
  func discardBody() -> Bool { true }

  func upgradeToTunnel() -> ClientTunnel? {
    guard client.tunnelled != nil else { return nil }
    return ProxyTestTunnel(self)
  }

  fileprivate func startTunnel(_ tunnel: ProxyTestTunnel) {
    guard let text = client.tunnelled else { return }
    eventLoop.assumeIsolated().execute { tunnel.onBytes?(ByteBuffer(string: text)) }
  }

  fileprivate func receivedInTunnel(_ bytes: ByteBuffer) { answer.body += String(buffer: bytes) }
  fileprivate func tunnelClosed() { end() }
}

/// The client's end of an upgraded connection.
private final class ProxyTestTunnel: ClientTunnel {
  let isWritable = true
  var onBytes: ((ByteBuffer) -> Void)?
  var onWritable: (() -> Void)?
  var onClose: (() -> Void)?
  private let exchange: ProxyTestExchange
  private var hasStarted = false

  init(_ exchange: ProxyTestExchange) { self.exchange = exchange }

  func send(_ bytes: ByteBuffer) { exchange.receivedInTunnel(bytes) }
  func pause() {}

  func resume() {
    if !hasStarted { exchange.startTunnel(self) }
    hasStarted = true
  }

  func close() { exchange.tunnelClosed() }
}
