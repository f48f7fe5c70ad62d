import HTTPWire
import NIOCore

/// A request's body in one piece; `client_max_body_size` bounds it. Beside it others of the connection may hold a megabyte
/// together: no client sends many at once.
final class BodyCollector: RequestBodyConsumer {
  private static let mostBesides = 1 << 20

  private let request: Request
  private var bytes: [UInt8] = []
  private var complete: (([UInt8]) -> Void)?

  /// - Parameter complete: called once, when all has come; not where the client breaks off.
  init(_ request: Request, complete: @escaping ([UInt8]) -> Void) {
    self.request = request
    self.complete = complete
    // Bounded, because the length is what a client says.
    bytes.reserveCapacity(min(request.declaredBodyLength ?? 0, 64 << 10))
  }

  deinit { request.exchange.connection.collectedBytes -= bytes.count }

  func received(body: ByteBuffer) {
    let connection = request.exchange.connection
    guard connection.collectedBytes - bytes.count <= Self.mostBesides else { return refuse() }
    connection.collectedBytes += body.readableBytes
    bytes.append(contentsOf: body.readableBytesView)
  }

  private func refuse() {
    request.log(.error, "client sends too many bodies at once")
    complete = nil
    request.bodyConsumer = nil
    request.dropBody()
    request.finalize(status: 503)
  }

  func receivedBodyEnd(trailers: HTTPFields?) {
    request.bodyConsumer = nil
    complete?(bytes)
    complete = nil
  }

  /// The request itself answers.
  func requestFailed(_ reason: RequestFailure) { complete = nil }
}
