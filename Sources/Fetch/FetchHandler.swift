import NIOCore
import TLSEngine
import Transport

/// Carries an exchange over a channel; decides nothing.
final class FetchHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var request: ByteBuffer?
  private let isTLS: Bool
  private var exchange: FetchExchange
  private var isTruncated = false
  private var finish: ((Result<FetchResponse, any Error>) -> Void)?

  init(_ request: FetchRequest, finish: @escaping (Result<FetchResponse, any Error>) -> Void) {
    self.request = FetchExchange.bytes(of: request)
    isTLS = request.url.scheme == .https
    exchange = FetchExchange(request)
    self.finish = finish
  }

  func channelActive(context: ChannelHandlerContext) {
    if !isTLS { send(context) }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case TLSHandshakeEvent.completed: send(context)
    case let closed as TLSPeerClosed:
      isTruncated = !closed.isClean
      take(exchange.receivedEOF(isTruncated: isTruncated), context)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    take(exchange.received(unwrapInboundIn(data)), context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    guard finish != nil else { return }
    take(exchange.receivedEOF(isTruncated: isTruncated), context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    tell(.failure(error))
    context.close(promise: nil)
  }

  private func send(_ context: ChannelHandlerContext) {
    guard let request else { return }
    self.request = nil
    context.writeAndFlush(wrapOutboundOut(request), promise: nil)
  }

  private func take(_ outcome: FetchExchange.Outcome, _ context: ChannelHandlerContext) {
    switch outcome {
    case .needsMore: return
    case .response(let response): tell(.success(response))
    case .failed(let failure): tell(.failure(failure))
    }
    context.close(promise: nil)
  }

  private func tell(_ result: Result<FetchResponse, any Error>) {
    guard let finish else { return }
    self.finish = nil
    finish(result)
  }
}
