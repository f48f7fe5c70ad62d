import NIOCore
import TLSEngine
import Transport

/// A request under way: its name's lookup, its addresses in turn, its redirects. Confined to its event loop.
public final class FetchTask {
  private static let resolver = NameResolver(threads: 4)

  private var request: FetchRequest
  private let loop: EventLoop
  private var completion: Fetch.Completion?
  private var channel: Channel?
  private var deadline: Scheduled<Void>?
  private var hops = 0

  init(_ request: FetchRequest, _ loop: EventLoop, _ completion: @escaping Fetch.Completion) {
    self.request = request
    self.loop = loop
    self.completion = completion
  }

  func start() {
    let limit = request.limits.total
    deadline = loop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) { self.finish(.failure(.timedOut(limit))) }
    // Nobody is called back before they have the task.
    loop.assumeIsolated().execute { self.lookUp() }
  }

  /// Gives up: the caller hears `.cancelled`, unless it has heard already. Call on the event loop.
  public func cancel() { finish(.failure(.cancelled)) }

  private func lookUp() {
    guard completion != nil else { return }
    let url = request.url
    if url.scheme == .https, request.tls == nil { return finish(.failure(.noTrust)) }
    if url.scheme == .unix {
      guard let address = try? SocketAddress(unixDomainSocketPath: url.host) else {
        return finish(.failure(.hostNotFound(url.host)))
      }
      return connect([address])
    }
    if let numeric = try? SocketAddress(ipAddress: url.host, port: url.port) { return found([numeric], of: url) }
    Self.resolver.addresses(of: url.host, port: url.port, on: loop).assumeIsolated().whenComplete { result in
      self.found((try? result.get()) ?? [], of: url)
    }
  }

  /// These very addresses are connected to, and no name is looked up again.
  private func found(_ addresses: [SocketAddress], of url: FetchURL) {
    let admitted = request.reach.admitted(addresses, of: url)
    if addresses.isEmpty { return finish(.failure(.hostNotFound(url.host))) }
    if admitted.isEmpty { return finish(.failure(.innerAddress(host: url.host))) }
    connect(admitted[...])
  }

  private func connect(_ addresses: ArraySlice<SocketAddress>, after problem: String = "") {
    guard completion != nil else { return }
    guard let address = addresses.first else { return finish(.failure(.unreachable(problem))) }
    let judge = request.url.scheme == .https ? request.tls.map { FetchJudge($0, host: request.url.host) } : nil
    let handler = FetchHandler(request) { self.ended($0, judge) }
    func opened(_ result: Result<Channel, any Error>) {
      switch result {
      case .success(let channel): connected(channel)
      case .failure(let error as TLSError): ended(.failure(error), judge)
      case .failure(let error): connect(addresses.dropFirst(), after: "\(error)")
      }
    }
    let limit = request.limits.connect
    guard let judge, let tls = request.tls else {
      let connection = Connector.connect(to: address, timeout: limit, on: loop) { try $0.add(handler) }
      return connection.assumeIsolated().whenComplete { opened($0) }
    }
    var offer = TLSClientOffer(context: tls.context, serverName: request.url.host, delegate: judge)
    offer.options.closeTimeout = limit
    let connection = Connector.connect(to: address, timeout: limit, on: loop, tls: offer) { [self] channel in
      // The handshake takes time, in which the whole may come to its end.
      self.channel = channel
      try channel.add(handler)
    }
    connection.assumeIsolated().whenComplete { result in opened(result.map { $0.0 }) }
  }

  private func connected(_ channel: Channel) {
    guard completion != nil else { return channel.close(promise: nil) }
    self.channel = channel
  }

  /// A connection's end, with a response or without.
  private func ended(_ result: Result<FetchResponse, any Error>, _ judge: FetchJudge?) {
    guard completion != nil else { return }
    switch result {
    case .success(let response): received(response)
    case .failure(let error):
      switch error {
      case let error as FetchError: finish(.failure(error))
      case let error as TLSError: finish(.failure(judge?.refusal.map { .untrusted($0) } ?? .tls(error)))
      default: finish(.failure(.unreachable("\(error)")))
      }
    }
  }

  private func received(_ response: FetchResponse) {
    switch request.redirects.decide(response, to: request, hops: hops) {
    case .deliver: finish(.success(response))
    case .fail(let error): finish(.failure(error))
    case .follow(let url):
      hops += 1
      request.url = url
      channel = nil
      lookUp()
    }
  }

  private func finish(_ result: Result<FetchResponse, FetchError>) {
    guard let completion else { return }
    self.completion = nil
    deadline?.cancel()
    channel?.close(promise: nil)
    channel = nil
    completion(result)
  }
}

extension Channel {
  fileprivate func add(_ handler: FetchHandler) throws { try pipeline.syncOperations.addHandler(handler) }
}

extension TimeAmount {
  fileprivate init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self = .nanoseconds(min(seconds, 1 << 32) * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
