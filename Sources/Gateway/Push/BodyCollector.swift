import HTTPWire
import NIOCore

/// A request's body in one piece; `client_max_body_size` bounds it.
final class BodyCollector: RequestBodyConsumer {
  private let request: Request
  private var bytes: [UInt8] = []
  private var complete: (([UInt8]) -> Void)?

  /// - Parameter complete: called once, when all has come; not where the client breaks off.
  init(_ request: Request, complete: @escaping ([UInt8]) -> Void) {
    self.request = request
    self.complete = complete
    // Bounded, because the length is what a client says.
    bytes.reserveCapacity(min(request.declaredBodyLength ?? 0, 1 << 20))
  }

  func received(body: ByteBuffer) { bytes.append(contentsOf: body.readableBytesView) }

  func receivedBodyEnd(trailers: HTTPFields?) {
    request.bodyConsumer = nil
    complete?(bytes)
    complete = nil
  }

  /// The request itself answers.
  func requestFailed(_ reason: RequestFailure) { complete = nil }
}
