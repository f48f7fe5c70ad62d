import ConfigModel
import Glibc
import NIOCore
import TLSEngine
import Transport

/// Prepares what a listening socket accepted: TLS where the listener speaks it, then HTTP.
struct ConnectionAcceptor: Sendable {
  let socket: SocketRuntime
  let runtime: GatewayRuntime
  let shared: GatewayShared

  /// Runs on the connection's event loop, before its first byte.
  func accept(_ channel: Channel) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture {
      guard let remote = channel.remoteAddress, let local = channel.localAddress else { throw ChannelError.eof }
      let counters = shared.counters.counters(of: channel.eventLoop)
      counters.connectionOpened()
      channel.closeFuture.whenComplete { _ in counters.connectionClosed() }
      let connection = ClientConnection(
        number: shared.nextConnectionNumber(), remoteAddress: remote, localAddress: local,
        listener: socket.listener(for: local), counters: counters)
      if connection.listener.setting.isProxyProtocol {
        try awaitProxyProtocol(on: channel, connection)
      } else {
        try serve(connection, on: channel)
      }
      // Last: a generation that is being drained tells the handlers so at once.
      runtime.connections.add(channel)
    }
  }

  /// Counts each, logs one for a shortage: `crit`, as nginx, where descriptors are short, else `alert`.
  func acceptFailed(_ failure: AcceptFailure) {
    shared.counters.counters(of: failure.loop).count(.acceptFailures)
    guard failure.isFirst else { return }
    let code = failure.error.errnoCode
    let level: LogLevel = code == EMFILE || code == ENFILE ? .crit : code == ECONNABORTED ? .error : .alert
    runtime.errorLog.write(
      level,
      "accept() on \(socket.setting.text) failed (\(OpenSocket.text(failure.error)))"
        + (failure.isShortage ? ", accepting pauses" : ""))
  }

  private func serve(_ connection: ClientConnection, on channel: Channel) throws {
    let pipeline = channel.pipeline.syncOperations
    if connection.listener.setting.isTLS {
      if connection.listener.endsWithTrust { connection.trustWatch = TrustWatch(channel, shared.trustEnds) }
      try addTLS(to: pipeline, connection)
    } else {
      try pipeline.addHandler(HTTPConnectionHandler(connection))
    }
  }

  /// The header comes before everything, TLS included.
  private func awaitProxyProtocol(on channel: Channel, _ connection: ClientConnection) throws {
    let timeout = connection.server.block.connection.clientHeaderTimeout
    let handler = ProxyProtocolHandler(timeout: timeout) { outcome in
      switch outcome {
      case .header(let header):
        connection.proxyProtocol = header
        try serve(connection, on: channel)
      case .failed(let error): log(.error, "\(error)", connection)
      case .timedOut: log(.info, "client timed out (110: Connection timed out)", connection)
      case .closed: log(.info, "client closed connection", connection)
      }
    }
    try channel.pipeline.syncOperations.addHandler(handler)
  }

  private func log(_ level: LogLevel, _ message: String, _ connection: ClientConnection) {
    let client = String(decoding: connection.remoteText, as: UTF8.self)
    runtime.errorLog.write(
      level, connection: connection.number,
      "\(message) while reading PROXY protocol, client: \(client), server: \(connection.listener.setting.text)")
  }

  private func addTLS(to pipeline: ChannelPipeline.SynchronousOperations, _ connection: ClientConnection) throws {
    // As in nginx the server of the port decides where its handshakes are logged.
    let errorLog = connection.server.root.errorLog
    let delegate = HandshakeDelegate(connection, eventLoop: pipeline.eventLoop, errorLog: errorLog)
    guard let context = delegate.contextForServerName(nil) else { throw NoCertificate() }
    var options = TLSHandlerOptions()
    options.closeTimeout = connection.server.root.settings.core.sendTimeout
    options.handshakeTimeout = connection.server.block.connection.clientHeaderTimeout
    let engine = TLSConnection.server(context: context, delegate: delegate)
    try pipeline.addHandler(TLSHandler(connection: engine, options: options))
    try pipeline.addHandler(
      HandshakeObserver(connection, delegate: delegate, errorLog: errorLog, events: shared.events))
  }
}

/// The default server of a TLS port has no certificate.
struct NoCertificate: Error {}
