import Cryptography

/// A name in the form in which RFC 5280 §7.1 compares it: equal keys are matching names. Fit for a dictionary.
public struct DistinguishedNameKey: Hashable, Sendable {
  private let rdns: [Set<Attribute>]

  private enum Value: Hashable, Sendable {
    /// Case folded, white space at the ends gone and inside made single, what RFC 4518 §2.2 maps to nothing left out;
    /// `String` compares canonical equivalents as equal, which stands for the normalization of §2.3.
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
    let isASCII = text.utf8.allSatisfy { (0x20..<0x7f).contains($0) }
    let scalars = isASCII ? text.unicodeScalars : text.unicodeScalars.filter { !$0.isMappedToNothing }
    let words = scalars.split { $0.properties.isWhitespace }
    // Upper case first folds what has no lower case of its own: ß is ss (RFC 3454 B.2).
    return .text(words.map { isASCII ? String($0).lowercased() : String($0).folded }.joined(separator: " "))
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

extension String {
  fileprivate var folded: String { uppercased().lowercased() }
}

extension Unicode.Scalar {
  /// RFC 4518 §2.2: soft hyphens, joiners, variation selectors, controls that are no white space.
  fileprivate var isMappedToNothing: Bool {
    switch value {
    case 0x00...0x08, 0x0e...0x1f, 0x7f...0x84, 0x86...0x9f: true
    case 0xad, 0x034f, 0x06dd, 0x070f, 0x1806, 0x180b...0x180e, 0x200b...0x200f, 0x202a...0x202e: true
    case 0x2060...0x2063, 0x206a...0x206f, 0xfe00...0xfe0f, 0xfeff, 0xfff9...0xfffc: true
    case 0x1d173...0x1d17a, 0xe0001, 0xe0020...0xe007f: true
    default: false
    }
  }
}
