import NIOCore

/// Waits for the header at the start of a connection, then leaves the pipeline to those whom `completion` adds.
public final class ProxyProtocolHandler: ChannelInboundHandler, RemovableChannelHandler {
  public typealias InboundIn = ByteBuffer
  public typealias InboundOut = ByteBuffer

  public enum Outcome: Sendable {
    /// The connection goes on; `nil` where the proxy speaks for itself.
    case header(ProxyProtocolHeader?)
    /// These end it.
    case failed(ProxyProtocolError)
    case timedOut
    case closed
  }

  private let timeout: Duration
  private let completion: (Outcome) throws -> Void
  private var bytes: [UInt8] = []
  private var timer: Scheduled<Void>?
  private var isDone = false

  /// - Parameter completion: called once, on the event loop; adds to the end of the pipeline whoever takes over. Where
  ///   it throws, the channel closes.
  public init(timeout: Duration, completion: @escaping (Outcome) throws -> Void) {
    self.timeout = timeout
    self.completion = completion
  }

  public func handlerAdded(context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) { [weak self] in
      self?.end(.timedOut, context)
    }
  }

  public func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDone else { return context.fireChannelRead(data) }
    bytes += unwrapInboundIn(data).readableBytesView
    do throws(ProxyProtocolError) {
      if let parsed = try ProxyProtocolParser.parse(bytes) { goOn(parsed, context) }
    } catch {
      end(.failed(error), context)
    }
  }

  public func channelInactive(context: ChannelHandlerContext) {
    end(.closed, context)
    context.fireChannelInactive()
  }

  public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case ChannelEvent.inputClosed as ChannelEvent: end(.closed, context)
    case let request as DrainRequested where request.isUrgent: end(.closed, context)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  private func goOn(_ parsed: ProxyProtocolParser.Parsed, _ context: ChannelHandlerContext) {
    isDone = true
    timer?.cancel()
    do {
      try completion(.header(parsed.header))
    } catch {
      return context.close(promise: nil)
    }
    let rest = bytes[parsed.length...]
    bytes = []
    if !rest.isEmpty {
      context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: rest)))
      context.fireChannelReadComplete()
    }
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  private func end(_ outcome: Outcome, _ context: ChannelHandlerContext) {
    guard !isDone else { return }
    isDone = true
    timer?.cancel()
    bytes = []
    try? completion(outcome)
    context.close(promise: nil)
  }
}
