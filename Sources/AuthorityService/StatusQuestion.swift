import ContentService
import Cryptography

/// An OCSP request as it comes over HTTP (RFC 6960 appendix A.1).
enum StatusQuestion {
  /// - Parameter isCacheable: the form in which it came lets caches keep the answer.
  case asked([UInt8], isCacheable: Bool)
  /// What stands in the path is no request.
  case malformed
  case refused(ServiceResponse)

  static let type = "application/ocsp-request"

  init(_ request: ServiceRequest) {
    switch request.method {
    case "GET", "HEAD":
      self = Self.request(inPath: request.subpath).map { .asked($0, isCacheable: true) } ?? .malformed
    case "POST":
      let type = (request.fields["content-type"] ?? "").prefix { $0 != ";" }.lowercased()
      guard type.filter({ $0 != " " && $0 != "\t" }) == Self.type else {
        self = .refused(ServiceResponse(status: 415, fields: [("Accept-Post", Self.type)]))
        return
      }
      self = .asked(request.body, isCacheable: false)
    default: self = .refused(.methodNotAllowed(allowing: "GET, HEAD, POST"))
    }
  }

  /// The base64 of the request, its `/`, `+` and `=` as they are or percent-encoded; the responder's URL may or may not
  /// have ended in a slash, and some clients leave the padding out.
  static func request(inPath subpath: String) -> [UInt8]? {
    guard let decoded = PercentEncoding.decoded(subpath) else { return nil }
    let text = decoded.drop { $0 == UInt8(ascii: "/") }
    let padding = text.last == UInt8(ascii: "=") ? 0 : (4 - text.count % 4) % 4
    return text.isEmpty ? nil : Base64.decode(text + Array(repeating: UInt8(ascii: "="), count: padding))
  }
}
