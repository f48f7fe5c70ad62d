import Cryptography

/// RFC 5280 §4.2.1.10. `minimum` and `maximum` of the subtrees are their defaults, as the profile demands.
///
///     NameConstraints ::= SEQUENCE { [0] permittedSubtrees OPTIONAL, [1] excludedSubtrees OPTIONAL }
public struct NameConstraints: ExtensionValue {
  public static let oid = OID.nameConstraints
  public var permitted: [GeneralName]
  public var excluded: [GeneralName]

  public init(permitted: [GeneralName], excluded: [GeneralName] = []) {
    self.permitted = permitted
    self.excluded = excluded
  }

  public init(reading reader: inout DERReader) throws(DERError) {
    let start = reader.position
    var content = try reader.enter()
    if content.isAtEnd { throw DERError(.emptySequence, at: start) }
    permitted = try Self.subtrees(&content, .contextConstructed(0))
    excluded = try Self.subtrees(&content, .contextConstructed(1))
    try content.finish()
  }

  private static func subtrees(_ reader: inout DERReader, _ tag: DERTag) throws(DERError) -> [GeneralName] {
    let start = reader.position
    guard var list = try reader.enterIfPresent(tag) else { return [] }
    if list.isAtEnd { throw DERError(.emptySequence, at: start) }
    var names: [GeneralName] = []
    while !list.isAtEnd {
      var subtree = try list.enter()
      names.append(try GeneralName(reading: &subtree, addresses: .subtree))
      try subtree.finish()
    }
    return names
  }

  public func write(to writer: inout DERWriter) {
    writer.sequence {
      Self.write(permitted, .contextConstructed(0), &$0)
      Self.write(excluded, .contextConstructed(1), &$0)
    }
  }

  private static func write(_ names: [GeneralName], _ tag: DERTag, _ writer: inout DERWriter) {
    guard !names.isEmpty else { return }
    writer.constructed(tag) {
      for name in names { $0.sequence { name.write(to: &$0) } }
    }
  }
}
