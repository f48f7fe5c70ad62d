import Cryptography

/// Why a certificate was revoked (RFC 5280 §5.3.1). 7 is not used.
public enum RevocationReason: Int, Hashable, Sendable, CaseIterable, Codable {
  case unspecified = 0
  case keyCompromise = 1
  case cACompromise = 2
  case affiliationChanged = 3
  case superseded = 4
  case cessationOfOperation = 5
  case certificateHold = 6
  case removeFromCRL = 8
  case privilegeWithdrawn = 9
  case aACompromise = 10

  /// As the RFC spells it: `keyCompromise`.
  public var name: String { "\(self)" }

  /// By the RFC's name in any case, or `CAcompromise` and its like as OpenSSL's `index.txt` has them.
  public init?(name: String) {
    let lower = name.lowercased()
    guard let found = Self.allCases.first(where: { $0.name.lowercased() == lower }) else { return nil }
    self = found
  }
}

extension RevocationReason: ExtensionValue {
  public static let oid = OID.reasonCode

  public init(reading reader: inout DERReader) throws(DERError) {
    let start = reader.position
    let code = try reader.readUnsigned(.enumerated)
    guard let reason = RevocationReason(rawValue: code) else { throw DERError(.integerOutOfRange, at: start) }
    self = reason
  }

  public func write(to writer: inout DERWriter) { writer.integer(rawValue, tag: .enumerated) }
}
