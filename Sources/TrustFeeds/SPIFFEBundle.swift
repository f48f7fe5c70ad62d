import FoundationEssentials
import PKI
import Trust

/// The X.509 authorities of a SPIFFE trust domain, as its bundle lists them (SPIFFE Trust Domain and Bundle §4).
public struct SPIFFEBundle: Sendable {
  /// Empty where the domain has taken all of its authorities back.
  public let authorities: [Certificate]

  /// Reads a JWK set in JSON, or PEM.
  ///
  /// - Throws: `TrustFileError` where it is neither, or one of its authorities can't be read or is no CA's certificate.
  public init(_ bytes: [UInt8], path: String) throws(TrustFileError) {
    if bytes.first(where: { !Self.isSpace($0) }) == UInt8(ascii: "{") {
      authorities = try Self.authorities(of: Self.keySet(bytes, path), path)
    } else {
      authorities = try TrustFile.certificates(in: bytes, path: path)
    }
    for (number, authority) in authorities.enumerated() where !Self.isAuthority(authority) {
      throw TrustFileError(path: path, line: nil, reason: "certificate \(number + 1) is not a CA's")
    }
  }

  /// Reads the file at `path`.
  public init(at path: String) throws(TrustFileError) {
    try self.init(TrustFile.bytes(at: path, limit: .certificates), path: path)
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func isAuthority(_ certificate: Certificate) -> Bool {
    ((try? certificate.basicConstraints()) ?? nil)?.isCA == true
  }

  private static func keySet(_ bytes: [UInt8], _ path: String) throws(TrustFileError) -> KeySet {
    do {
      return try JSONDecoder().decode(KeySet.self, from: Data(bytes))
    } catch {
      throw TrustFileError(path: path, line: nil, reason: "not a SPIFFE bundle: \(reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): return "\"\(key.stringValue)\" is missing at \"\(place(context))\""
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "a value of another type at \"\(place(context))\""
    default: return "malformed JSON"
    }
  }

  /// §4.2: keys of other uses, or of none, are passed over.
  private static func authorities(of set: KeySet, _ path: String) throws(TrustFileError) -> [Certificate] {
    var found: [Certificate] = []
    for (position, key) in set.keys.enumerated() {
      guard let texts = key.certificates else { continue }
      func fault(_ reason: String) -> TrustFileError {
        TrustFileError(path: path, line: nil, reason: "keys[\(position)]: \(reason)")
      }
      // X509-SVID §6.2: exactly one, the authority's own.
      guard texts.count == 1 else { throw fault("\"x5c\" must hold exactly one certificate, not \(texts.count)") }
      guard let der = Data(base64Encoded: texts[0]) else { throw fault("\"x5c\" is not base64") }
      do throws(PKIError) {
        found.append(try Certificate(der: Array(der)))
      } catch {
        throw fault("\"x5c\" is not a certificate: \(error)")
      }
    }
    guard !found.isEmpty || set.keys.isEmpty else {
      throw TrustFileError(path: path, line: nil, reason: "no key has \"use\": \"x509-svid\"")
    }
    return found
  }
}

/// The JWK set, as far as it matters here.
private struct KeySet: Decodable {
  let keys: [Key]

  struct Key: Decodable {
    /// `x5c` of a key for X.509-SVIDs; nil for other keys, whatever they hold.
    let certificates: [String]?

    enum CodingKeys: String, CodingKey {
      case use, x5c
    }

    init(from decoder: Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      guard (try? values.decode(String.self, forKey: .use)) == "x509-svid" else {
        certificates = nil
        return
      }
      certificates = try values.decode([String].self, forKey: .x5c)
    }
  }
}
