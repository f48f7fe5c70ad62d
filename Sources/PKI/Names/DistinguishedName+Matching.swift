import Cryptography

/// A name in the form in which RFC 5280 §7.1 compares it: equal keys are matching names. Fit for a dictionary.
public struct DistinguishedNameKey: Hashable, Sendable {
  private let rdns: [Set<Attribute>]

  private enum Value: Hashable, Sendable {
    /// Case folded, white space at the ends gone and inside made single; `String` compares canonical equivalents as
    /// equal, which stands for the normalization of RFC 4518.
    case text(String)
    case other(DERTag, [UInt8])
  }

  private struct Attribute: Hashable, Sendable {
    let type: OID
    let value: Value
  }

  init(_ name: DistinguishedName) {
    rdns = name.rdns.map { rdn in
      Set(rdn.map { Attribute(type: $0.type, value: Self.value($0)) })
    }
  }

  private init(rdns: [Set<Attribute>]) { self.rdns = rdns }

  private static func value(_ attribute: AttributeTypeAndValue) -> Value {
    guard let text = attribute.text else { return .other(attribute.tag, attribute.value) }
    let words = text.unicodeScalars.split { $0.properties.isWhitespace }
    return .text(words.map { String($0).lowercased() }.joined(separator: " "))
  }

  /// Whether the names under `self` include `other`: its first RDNs are this name's (RFC 5280 §7.1, name constraints).
  public func isPrefix(of other: DistinguishedNameKey) -> Bool {
    rdns.count <= other.rdns.count && zip(rdns, other.rdns).allSatisfy { $0 == $1 }
  }
}

extension DistinguishedName {
  public var key: DistinguishedNameKey { DistinguishedNameKey(self) }

  /// RFC 5280 §7.1: same attributes in the same order of RDNs, texts compared without regard to case, string type and
  /// surplus white space.
  public func matches(_ other: DistinguishedName) -> Bool {
    der == other.der || key == other.key
  }

  /// Whether `other` is this name or stands below it.
  public func contains(_ other: DistinguishedName) -> Bool { key.isPrefix(of: other.key) }
}
