import HTTPWire
import NIOCore
import Trust

/// One question to a responder and its answer, as HTTP (RFC 6960 appendix A): bytes in, an outcome out.
struct OCSPExchange: ~Copyable {
  enum Outcome {
    case needsMore
    case response([UInt8])
    case failed(OCSPFailure)
  }

  /// Responses have a few thousand bytes, even with their certificates.
  private static let mostBytes = 1 << 17
  private static let mostHead = 16384

  private var decoder = HTTP1ResponseDecoder(maximumHead: mostHead)
  private var body: [UInt8] = []
  private var sawBytes = false

  init() { decoder.expectResponse(to: .post) }

  /// HTTP/1.0, so that the answer ends with its length or the connection.
  static func request(_ url: ResponderURL, _ question: [UInt8]) -> ByteBuffer {
    var buffer = ByteBuffer()
    buffer.writeString("POST \(url.target) HTTP/1.0\r\nHost: \(url.authority)\r\n")
    buffer.writeString("Content-Type: application/ocsp-request\r\nContent-Length: \(question.count)\r\n\r\n")
    buffer.writeBytes(question)
    return buffer
  }

  mutating func received(_ bytes: ByteBuffer) -> Outcome {
    if bytes.readableBytes > 0 { sawBytes = true }
    decoder.receive(bytes)
    return proceed()
  }

  mutating func receivedEOF() -> Outcome {
    guard sawBytes else { return .failed(.unreachable("connection closed")) }
    decoder.receivedEOF()
    let outcome = proceed()
    if case .needsMore = outcome { return .failed(.unreachable("connection closed")) }
    return outcome
  }

  private mutating func proceed() -> Outcome {
    while true {
      switch decoder.next() {
      case .needsMore: return .needsMore
      case .informational: continue
      case .head(let head, let framing):
        if let failure = Self.fault(of: head, framing) { return .failed(failure) }
      case .body(let bytes):
        guard body.count + bytes.readableBytes <= Self.mostBytes else { return .failed(.malformed) }
        body.append(contentsOf: bytes.readableBytesView)
      case .end: return .response(body)
      case .failed: return .failed(.malformed)
      }
    }
  }

  private static func fault(of head: HTTPResponseHead, _ framing: HTTP1ResponseFraming) -> OCSPFailure? {
    guard head.status == 200 else { return .httpStatus(head.status) }
    if framing == .none || framing == .tunnel { return .malformed }
    let type = head.fields["content-type"]?.prefix { $0 != ";" && $0 != " " }.lowercased()
    return type == nil || type == "application/ocsp-response" ? nil : .malformed
  }
}
