import ConfigModel
import HTTPWire
import NIOCore
import Upstreams

/// One request on its way through `proxy_pass`: body, peer, connection, response.
///
/// Confined to the request's event loop. It is the request's body consumer and response producer, and the owner of one upstream
/// connection at a time. What fails before the response's head was passed on may go to the next peer.
final class ProxiedRequest {
  enum Stage {
    case readingBody
    case resolving
    case connecting
    case sending
    case readingHead
    case readingBodyOfResponse
    case tunnel
    case done

    /// nginx's words for it in the error log.
    var action: String {
      switch self {
      case .readingBody: "reading client request body"
      case .resolving, .connecting: "connecting to upstream"
      case .sending: "sending request to upstream"
      case .readingHead: "reading response header from upstream"
      case .readingBodyOfResponse: "reading upstream"
      case .tunnel: "proxying upgraded connection"
      case .done: "sending to client"
      }
    }
  }

  let request: Request
  let handler: ProxyHandler
  /// What gives the right to ask the upstream, and to pass on its response.
  let admission: Admission
  var stage = Stage.readingBody

  // Where it goes.
  var destination: ProxyDestination?
  var selection: Selection?
  /// With whose certificate an upstream is spoken to; `nil` where that is done without TLS.
  var identity: UpstreamIdentity?
  var connection: UpstreamConnection?
  /// The connection served requests before: its failure may only mean that the peer had closed it.
  var isReused = false
  /// Attempts to connect that were begun: the answer to an abandoned one is not listened to.
  var dialNumber = 0
  var firstTryStart = NIODeadline.now()
  var tryStart = NIODeadline.now()

  // The request's body.
  /// Passed on as it arrives (`proxy_request_buffering off`).
  var streamsBody = false
  var hasBodyEnded = false
  /// What is sent, once that is known.
  var body = UpstreamBody.none
  /// What has come of a body that is read whole.
  var collected: RequestBodyBuffer?
  /// Bytes of a streamed body that were handed to the current connection.
  var streamedCount = 0
  /// Streamed bytes that came before there was a connection.
  var waiting = KeptBytes()
  /// The buffered body's part that has been written to the current connection.
  var bodyOffset = 0
  var isBodyPaused = false
  /// Something was written to the current connection; and all was.
  var isSent = false
  var isBodySent = false

  // The response.
  var hasPassedHead = false
  var responseFraming = HTTP1ResponseFraming.none
  /// The client takes no more for now.
  var isBlocked = false
  var upstreamEnded = false
  /// `proxy_ignore_client_abort`: the response is read and dropped.
  var isClientGone = false
  var isBuffering = true
  /// What the upstream was asked to switch to.
  var offer = UpgradeOffer.none
  var tunnel: ProxyTunnel?

  init(_ request: Request, handler: ProxyHandler, _ admission: Admission) {
    self.request = request
    self.handler = handler
    self.admission = admission
    isBuffering = handler.settings.buffering
  }

  var settings: ProxySettings { handler.settings }
  var eventLoop: EventLoop { request.exchange.eventLoop }

  func start() {
    request.producer = self
    if !request.response.upstreamTries.isEmpty {
      request.response.upstreamTries.append(UpstreamTry(address: nil))
    }
    startBody()
  }

  /// Finds out where to go; `connect` follows.
  func resolve() {
    stage = .resolving
    if case .fixed(let destination) = handler.target { return begin(destination) }
    handler.target.resolve(for: request) { [self] result in
      guard stage == .resolving else { return }
      switch result {
      case .success(let destination): begin(destination)
      case .failure(let failure):
        request.log(.error, failure.message)
        fail(status: failure.status)
      }
    }
  }

  private func begin(_ destination: ProxyDestination) {
    self.destination = destination
    request.response.proxyAuthority = destination.authority
    let group = destination.upstream.group
    var selection = group.selection(key: balancingKey(destination.upstream))
    let limit = handler.nextUpstream.tries
    if limit > 0 { selection.triesLeft = min(selection.triesLeft, limit) }
    self.selection = consume selection
    firstTryStart = .now()
    chooseCertificate()
  }

  private func balancingKey(_ upstream: UpstreamRuntime) -> [UInt8] {
    switch upstream.group.balancing {
    case .hash, .consistentHash: upstream.hashKey.map { request.evaluate($0) } ?? []
    case .addressHash: request.clientAddress.balancingKey
    case .roundRobin, .leastConnections, .random: []
    }
  }

  /// Ends without a response of the upstream.
  func fail(status: Int) {
    finish()
    request.finalize(status: status)
  }

  /// Lets go of the request: nothing will reach this object from it any more.
  func finish() {
    stage = .done
    if request.producer === self { request.producer = nil }
    if request.bodyConsumer === self {
      request.bodyConsumer = nil
      if !hasBodyEnded { request.dropBody() }
    }
    waiting.removeAll()
  }

  /// Writes a line about the upstream to the error log.
  func log(_ level: LogLevel, _ message: @autoclosure () -> String, during action: String? = nil) {
    guard request.effective.errorLog.accepts(level) else { return }
    request.upstreamText = upstreamText
    request.log(level, "\(message()) while \(action ?? stage.action)")
  }

  /// `http://127.0.0.1:8081/path`; nothing before a peer was chosen.
  private var upstreamText: String? {
    guard let destination, let address = request.response.upstreamTries.last?.address else { return nil }
    let scheme = destination.isTLS ? "https://" : "http://"
    return "\(scheme)\(address)\(address.hasPrefix("unix:") ? ":" : "")\(sentTarget.asText)"
  }

  /// The target of the request line.
  var sentTarget: [UInt8] {
    var target: [UInt8] = []
    destination?.uri.append(request.proxySubject, to: &target)
    return target
  }

  /// Changes the facts of the current try.
  func note(_ change: (inout UpstreamTry) -> Void) {
    guard let last = request.response.upstreamTries.indices.last else { return }
    change(&request.response.upstreamTries[last])
  }
}

extension Request {
  /// The request's target as the proxy sees it.
  var proxySubject: ProxyURI.Subject {
    ProxyURI.Subject(
      uri: uri, args: args, unparsed: unparsedURI, isUnparsedValid: phases.isUnparsedURIValid,
      isLocationValid: phases.isLocationValid, needsEscape: phases.uriWasQuoted || phases.isInternal)
  }

  /// Something else shall continue: an upgraded connection.
  var asksForUpgrade: Bool { head.fields.contains("upgrade") }
}

extension SocketAddress {
  /// What `ip_hash` hashes: an IPv4 address's network of 256, a whole IPv6 address.
  var balancingKey: [UInt8] {
    switch self {
    case .v4(let address):
      withUnsafeBytes(of: address.address.sin_addr) { Array($0.prefix(3)) }
    case .v6(let address):
      withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
    case .unixDomainSocket: [0, 0, 0]
    }
  }
}
