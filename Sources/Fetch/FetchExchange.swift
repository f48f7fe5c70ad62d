import HTTPWire
import NIOCore

/// One request and its response as HTTP/1.1 (RFC 9112): bytes in, an outcome out.
struct FetchExchange: ~Copyable {
  enum Outcome {
    case needsMore
    case response(FetchResponse)
    case failed(FetchError)
  }

  private let url: FetchURL
  private let mostBytes: Int
  private var decoder: HTTP1ResponseDecoder
  private var head: HTTPResponseHead?
  private var endsWithConnection = false
  private var body: [UInt8] = []

  init(_ request: FetchRequest) {
    url = request.url
    mostBytes = request.limits.body
    decoder = HTTP1ResponseDecoder(maximumHead: request.limits.head)
    decoder.expectResponse(to: request.method.wire)
  }

  /// The whole request.
  static func bytes(of request: FetchRequest) -> ByteBuffer {
    var fields = HTTPFields()
    fields.append(name: "Host", value: request.url.authority)
    fields.append(name: "User-Agent", value: "countersign")
    fields.append(name: "Connection", value: "close")
    for field in request.fields { fields.append(name: field.name, value: field.value) }
    if request.method != .get || !request.body.isEmpty {
      fields.append(name: "Content-Length", value: String(request.body.count))
    }
    var buffer = ByteBuffer()
    let head = HTTPRequestHead(
      method: request.method.wire, target: Array(request.url.target.utf8), version: .http1_1, fields: fields)
    HTTP1Encoder.write(head, into: &buffer)
    buffer.writeBytes(request.body)
    return buffer
  }

  mutating func received(_ bytes: ByteBuffer) -> Outcome {
    decoder.receive(bytes)
    return proceed()
  }

  /// The connection ended.
  ///
  /// - Parameter isTruncated: TLS ended without close_notify, so that a body without length may be cut short.
  mutating func receivedEOF(isTruncated: Bool = false) -> Outcome {
    if isTruncated, endsWithConnection { return .failed(.closedEarly) }
    decoder.receivedEOF()
    let outcome = proceed()
    if case .needsMore = outcome { return .failed(.closedEarly) }
    return outcome
  }

  private mutating func proceed() -> Outcome {
    while true {
      switch decoder.next() {
      case .needsMore: return .needsMore
      case .informational: continue
      case .head(let head, let framing):
        self.head = head
        endsWithConnection = framing == .untilClose
        switch framing {
        case .tunnel: return .failed(.malformed(.unexpectedBytes))
        case .none: return complete()
        case .length(let length) where length > mostBytes: return .failed(.bodyTooLarge(limit: mostBytes))
        case .length(let length): body.reserveCapacity(min(length, 1 << 24))
        case .chunked, .untilClose: break
        }
      case .body(let bytes):
        guard body.count + bytes.readableBytes <= mostBytes else { return .failed(.bodyTooLarge(limit: mostBytes)) }
        body.append(contentsOf: bytes.readableBytesView)
      case .end: return complete()
      case .failed(.closedEarly): return .failed(.closedEarly)
      case .failed(let error): return .failed(.malformed(error))
      }
    }
  }

  private mutating func complete() -> Outcome {
    guard let head else { return .failed(.closedEarly) }
    var fields: [FetchRequest.Field] = []
    head.fields.forEach { name, value in
      fields.append(FetchRequest.Field(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
    }
    return .response(FetchResponse(status: head.status, fields: fields, body: body, url: url))
  }
}

extension FetchRequest.Method {
  fileprivate var wire: HTTPMethod {
    switch self {
    case .get: .get
    case .post: .post
    case .put: .put
    }
  }
}
