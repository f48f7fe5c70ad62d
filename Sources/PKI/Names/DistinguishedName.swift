import Cryptography

/// A name (RFC 5280 §4.1.2.4). Equal when the encodings are; `matches` compares as the RFC does.
public struct DistinguishedName: Hashable, Sendable {
  /// The `Name`, a SEQUENCE.
  public let der: [UInt8]

  /// - Throws: `.malformed` when it is not a SEQUENCE of non-empty SETs of attributes.
  public init(der: [UInt8]) throws(PKIError) {
    self = try PKIError.reading(.distinguishedName) { () throws(DERError) in
      var reader = DERReader(der)
      let name = try DistinguishedName(reading: &reader)
      try reader.finish()
      return name
    }
  }

  /// In the order of the encoding: the most significant first.
  public init(rdns: [[AttributeTypeAndValue]]) {
    der = DERWriter.bytes {
      $0.sequence { for rdn in rdns { $0.setOf(rdn.map(\.der)) } }
    }
  }

  init(reading reader: inout DERReader) throws(DERError) {
    let element = try reader.read(.sequence)
    var names = reader.inside(element)
    try Self.check(&names)
    der = reader.whole(element)
  }

  /// A name from the content octets of `element`, whose tag may be an implicit one.
  init(implicit element: DERElement, in reader: DERReader) throws(DERError) {
    var names = reader.inside(element)
    try Self.check(&names)
    der = DERWriter.bytes { $0.primitive(.sequence, reader.content(element)) }
  }

  private static func check(_ names: inout DERReader) throws(DERError) {
    while !names.isAtEnd {
      let start = names.position
      var rdn = try names.enter(.set)
      if rdn.isAtEnd { throw DERError(.invalidName, at: start) }
      while !rdn.isAtEnd {
        var attribute = try rdn.enter()
        _ = try attribute.readObjectIdentifier()
        let value = try attribute.next()
        // X.690 §10.2: DER has no string in pieces, and no tag 0.
        if value.tag.isInPieces || value.tag.rawValue == 0 { throw DERError(.invalidName, at: value.start) }
        try attribute.finish()
      }
    }
  }

  public static let empty = DistinguishedName(rdns: [])

  public var isEmpty: Bool { der.count <= 2 }

  /// Relative names in the order of the encoding, most significant first.
  public var rdns: [[AttributeTypeAndValue]] {
    var result: [[AttributeTypeAndValue]] = []
    var reader = DERReader(der)
    guard var names = try? reader.enter() else { return [] }
    while var rdn = try? names.enter(.set) {
      var attributes: [AttributeTypeAndValue] = []
      while let attribute = try? AttributeTypeAndValue(reading: &rdn) { attributes.append(attribute) }
      result.append(attributes)
    }
    return result
  }

  /// The last (most specific) attribute of this type that is a text.
  public func lastText(_ type: OID) -> String? {
    for rdn in rdns.reversed() {
      for attribute in rdn.reversed() where attribute.type == type { return attribute.text }
    }
    return nil
  }

  public var commonName: String? { lastText(.commonName) }

  /// Whether any attribute's text holds U+0000: such a name shows one thing and means another.
  public var hasEmbeddedNUL: Bool {
    rdns.contains { rdn in
      rdn.contains { attribute in
        attribute.text.map { $0.unicodeScalars.contains("\0") } ?? false
      }
    }
  }

  func write(to writer: inout DERWriter) { writer.raw(der) }
}

extension DistinguishedName: CustomStringConvertible {
  public var description: String { rfc2253 }
}
