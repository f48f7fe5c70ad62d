/// A content handler that stands outside the gateway, such as the CA's own services: a request in, a response out.
///
/// The gateway knows nothing of what a service does, and a service nothing of connections, phases or configuration.
public protocol ContentService: Sendable {
  /// The largest body that makes sense, in bytes; beyond it the client gets 413 and the service is not asked.
  var maximumBodySize: Int { get }

  /// Answers one request.
  ///
  /// Called on an event loop, which it must not block: what has to wait does so on a thread of the service's own.
  ///
  /// - Parameter completion: to be called once, on any thread, perhaps before this returns.
  func answer(_ request: ServiceRequest, completion: @escaping @Sendable (ServiceResponse) -> Void)
}

extension ContentService {
  public var maximumBodySize: Int { 64 << 10 }
}
