import NIOCore
import Transport
import Trust

/// Asks a responder once: looks its name up, tries its addresses, sends and reads. Confined to its event loop.
final class OCSPQuery {
  typealias Completion = (Result<[UInt8], OCSPFailure>) -> Void

  /// From the start to the answer's last byte.
  private static let limit = Duration.seconds(10)
  private static let connectLimit = Duration.seconds(3)

  private let url: ResponderURL
  private let question: [UInt8]
  private let loop: EventLoop
  private var completion: Completion?
  private var channel: Channel?
  private var deadline: Scheduled<Void>?

  private init(_ url: ResponderURL, _ question: [UInt8], _ loop: EventLoop, _ completion: @escaping Completion) {
    self.url = url
    self.question = question
    self.loop = loop
    self.completion = completion
  }

  /// Sends `question`, a DER `OCSPRequest`. Call on `loop`; `then` is called there, once, never before this returns.
  static func ask(_ url: ResponderURL, _ question: [UInt8], on loop: EventLoop, then: @escaping Completion) {
    let query = OCSPQuery(url, question, loop, then)
    query.deadline = loop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) { query.finish(.failure(.timedOut)) }
    loop.assumeIsolated().execute {
      HostLookup.addresses(of: url.host, port: url.port, on: loop) { query.connect($0[...], "host not found") }
    }
  }

  private func connect(_ addresses: ArraySlice<UpstreamAddress>, _ problem: String) {
    guard completion != nil else { return }
    guard let address = addresses.first else { return finish(.failure(.unreachable(problem))) }
    let request = OCSPExchange.request(url, question)
    let handler = OCSPQueryHandler(request) { self.finish($0) }
    Connector.connect(to: address.socketAddress, timeout: Self.connectLimit, on: loop) { channel in
      try channel.pipeline.syncOperations.addHandler(handler)
    }.assumeIsolated().whenComplete { [self] result in
      switch result {
      case .success(let channel): connected(channel)
      case .failure(let error): connect(addresses.dropFirst(), "\(error)")
      }
    }
  }

  private func connected(_ channel: Channel) {
    guard completion != nil else { return channel.close(promise: nil) }
    self.channel = channel
  }

  private func finish(_ result: Result<[UInt8], OCSPFailure>) {
    guard let completion else { return }
    self.completion = nil
    deadline?.cancel()
    channel?.close(promise: nil)
    completion(result)
  }
}

/// Carries an exchange over a channel.
private final class OCSPQueryHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let request: ByteBuffer
  private let finish: (Result<[UInt8], OCSPFailure>) -> Void
  private var exchange = OCSPExchange()

  init(_ request: ByteBuffer, finish: @escaping (Result<[UInt8], OCSPFailure>) -> Void) {
    self.request = request
    self.finish = finish
  }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(request), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    take(exchange.received(unwrapInboundIn(data)), context)
  }

  func channelInactive(context: ChannelHandlerContext) { take(exchange.receivedEOF(), context) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    finish(.failure(.unreachable("\(error)")))
    context.close(promise: nil)
  }

  private func take(_ outcome: consuming OCSPExchange.Outcome, _ context: ChannelHandlerContext) {
    switch outcome {
    case .needsMore: return
    case .response(let bytes): finish(.success(bytes))
    case .failed(let failure): finish(.failure(failure))
    }
    context.close(promise: nil)
  }
}
