import ContentService
import PKI

/// Which CA a request for a CRL or a certificate is about, and in which form.
struct AuthorityName: Hashable, Sendable {
  /// `nil`: the CA that signs by default.
  var name: String?
  var isPEM: Bool

  private static let extensions = [".pem", ".crl", ".der", ".crt", ".cer"]

  /// - Parameter configured: the directive's argument.
  /// - Returns: `nil` where the path names something else than a CA.
  init?(_ request: ServiceRequest, configured: String?) {
    isPEM = request.path.hasSuffix(".pem")
    guard let decoded = PercentEncoding.decoded(request.subpath),
      let text = String(validating: decoded, as: UTF8.self), !text.contains("/")
    else { return nil }
    if configured != nil {
      // The path has no say, and no second name.
      guard Self.stem(text).isEmpty else { return nil }
      name = configured
      return
    }
    let stem = Self.stem(text)
    name = stem.isEmpty ? nil : stem
  }

  /// `ca.crl.pem` → `ca`.
  private static func stem(_ text: String) -> String {
    var stem = Substring(text)
    while let ending = extensions.first(where: { stem.hasSuffix($0) }) { stem = stem.dropLast(ending.count) }
    return String(stem)
  }
}

/// The percent-encoding of URIs (RFC 3986 §2.1).
enum PercentEncoding {
  /// Nil where a percent sign is not followed by two hexadecimal digits. A plus sign is a plus sign.
  static func decoded(_ text: String) -> [UInt8]? {
    var out: [UInt8] = []
    var bytes = text.utf8[...]
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        out.append(byte)
        continue
      }
      let digits = bytes.prefix(2)
      guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let value = UInt8(String(digits) ?? "", radix: 16)
      else { return nil }
      out.append(value)
      bytes = bytes.dropFirst(2)
    }
    return out
  }
}
