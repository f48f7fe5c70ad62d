import NIOCore
import TLSEngine
import Transport
import Upstreams

// Choosing a certificate and a peer, and getting a connection to it.
extension ProxiedRequest {
  /// `connect` follows.
  func chooseCertificate() {
    guard let destination, destination.isTLS, let tls = handler.tls else { return connect() }
    let found = tls.context(for: request) { [self] result in
      if stage == .resolving { certificateChosen(result) }
    }
    if let found { certificateChosen(found) }
  }

  private func certificateChosen(_ result: Result<TLSClientContext, CredentialFailure>) {
    switch result {
    case .success(let context):
      identity = UpstreamIdentity(context: context)
      connect()
    case .failure(let failure):
      log(.error, "\(failure)", during: "SSL handshaking to upstream")
      fail(status: 500)
    }
  }

  func connect() {
    guard let destination, var selection = selection.take() else { return }
    stage = .connecting
    resetTry()
    let group = destination.upstream.group
    var generator = SystemRandomNumberGenerator()
    let chosen = group.choose(&selection, now: tryStart.uptime) { generator.next() }
    self.selection = consume selection
    guard let chosen else { return noLivePeer(destination.upstream.name) }
    count(.tried)
    let address = destination.upstream.addresses[chosen]
    request.response.upstreamTries.append(UpstreamTry(address: address.name))
    let key = connectionKey(address, destination)
    if let kept = destination.upstream.pool(on: eventLoop)?.take(key) {
      isReused = true
      connected(kept)
    } else {
      dial(key, destination)
    }
  }

  private func resetTry() {
    tryStart = .now()
    isReused = false
    isSent = false
    isBodySent = false
    upstreamEnded = false
    request.response.upstreamFields = nil
    request.response.upstreamTrailers = nil
  }

  private func noLivePeer(_ name: String) {
    request.response.upstreamTries.append(UpstreamTry(address: name))
    log(.error, "no live upstreams")
    failed(.noLive)
  }

  private func connectionKey(_ address: UpstreamAddress, _ destination: ProxyDestination) -> UpstreamConnection.Key {
    var key = UpstreamConnection.Key(address: address)
    guard destination.isTLS, let tls = handler.tls else { return key }
    key.tls = identity
    key.serverName = tls.name(for: request, host: destination.host)
    return key
  }

  /// A connection that can carry the request at once.
  func connected(_ connection: UpstreamConnection) {
    self.connection = connection
    connection.begin(self, maximumHead: settings.bufferSize.bytes)
    note { $0.connectTime = NIODeadline.now().since(tryStart) }
    request.trace("http upstream \(connection.key.address.name): \(isReused ? "kept connection" : "connected")")
    sendRequest()
  }
}

// MARK: - New connections

extension ProxiedRequest {
  private func dial(_ key: UpstreamConnection.Key, _ destination: ProxyDestination) {
    dialNumber += 1
    let number = dialNumber
    let made = UpstreamConnection(key: key, eventLoop: eventLoop)
    let judge = handler.tls.flatMap { destination.isTLS ? $0.judge(for: key) : nil }
    opening(made, judge).assumeIsolated().whenComplete { [self] result in
      guard stage == .connecting, number == dialNumber else { return made.close() }
      switch result {
      case .success: connected(made)
      case .failure(let error): dialFailed(error, made, judge)
      }
    }
  }

  private func opening(_ made: UpstreamConnection, _ judge: UpstreamJudge?) -> EventLoopFuture<Void> {
    let address = made.key.address.socketAddress
    let local = bindAddress()
    let add: Connector.Initializer = { try $0.pipeline.syncOperations.addHandler(made) }
    guard let judge, let tls = handler.tls else {
      return Connector.connect(
        to: address, from: local, timeout: settings.connectTimeout, on: eventLoop, initializer: add
      ).map { _ in }
    }
    return Connector.connect(
      to: address, from: local, timeout: settings.connectTimeout, on: eventLoop,
      tls: tls.offer(for: made.key, judge: judge), initializer: add
    ).map { _ in }
  }

  /// `proxy_bind`.
  private func bindAddress() -> SocketAddress? {
    guard let template = handler.bind else { return nil }
    let text = request.evaluate(template).asText
    if text.isEmpty || text == "off" { return nil }
    guard let url = try? UpstreamURL(text.utf8) else { return nil }
    return UpstreamAddress(numericHost: url.host.asText, port: url.port ?? 0)?.socketAddress
  }

  private func dialFailed(_ error: any Error, _ made: UpstreamConnection, _ judge: UpstreamJudge?) {
    made.close()
    if let error = error as? ChannelError, case .connectTimeout = error { return failed(.timeout) }
    if let error = error as? TLSError { return handshakeFailed(error, judge) }
    connectionFailed(error)
  }

  private func handshakeFailed(_ error: TLSError, _ judge: UpstreamJudge?) {
    if error == .handshakeTimedOut { return failed(.timeout) }
    let message =
      switch error {
      case .endedDuringHandshake: "\(error)"
      case .peerRefused: judge?.refusal ?? "\(error)"
      default: "SSL_do_handshake() failed (\(error))"
      }
    log(.error, message, during: "SSL handshaking to upstream")
    failed(.error)
  }
}
