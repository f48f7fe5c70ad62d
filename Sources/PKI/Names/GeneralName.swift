import Cryptography

/// RFC 5280 §4.2.1.6. The texts are IA5String: ASCII, and nothing says they hold no U+0000 (see `hasEmbeddedNUL`).
public indirect enum GeneralName: Hashable, Sendable {
  case dns(String)
  case email(String)
  case uri(String)
  /// 4 or 16 octets; in name constraints 8 or 32, address and mask.
  case ip([UInt8])
  case directory(DistinguishedName)
  case registeredID(OID)
  /// The value is DER.
  case other(OID, [UInt8])
  /// The content octets.
  case x400([UInt8])
  /// The content octets.
  case ediParty([UInt8])

  public var hasEmbeddedNUL: Bool {
    switch self {
    case .dns(let text), .email(let text), .uri(let text): text.utf8.contains(0)
    case .directory(let name): name.hasEmbeddedNUL
    case .ip, .registeredID, .other, .x400, .ediParty: false
    }
  }
}

extension GeneralName {
  /// How long an iPAddress may be.
  enum AddressForm {
    case address, subtree

    func allows(_ count: Int) -> Bool {
      self == .address ? count == 4 || count == 16 : count == 8 || count == 32
    }
  }

  init(reading reader: inout DERReader, addresses: AddressForm = .address) throws(DERError) {
    let element = try reader.next()
    let content = reader.content(element)
    switch element.tag {
    case .contextConstructed(0): self = try Self.otherName(reader.inside(element))
    case .context(1): self = .email(try Self.text(content, element))
    case .context(2): self = .dns(try Self.text(content, element))
    case .contextConstructed(3): self = .x400(content)
    case .contextConstructed(4):
      var inside = reader.inside(element)
      self = .directory(try DistinguishedName(reading: &inside))
      try inside.finish()
    case .contextConstructed(5): self = .ediParty(content)
    case .context(6): self = .uri(try Self.text(content, element))
    case .context(7):
      guard addresses.allows(content.count) else { throw DERError(.invalidIPAddress, at: element.start) }
      self = .ip(content)
    case .context(8):
      guard let oid = OID(content: content) else { throw DERError(.invalidObjectIdentifier, at: element.start) }
      self = .registeredID(oid)
    default: throw DERError(.unexpectedTag, at: element.start)
    }
  }

  private static func otherName(_ reader: DERReader) throws(DERError) -> GeneralName {
    var reader = reader
    let oid = OID(checked: reader.content(try reader.readObjectIdentifier()))
    var value = try reader.enter(.contextConstructed(0))
    try reader.finish()
    let element = try value.next()
    try value.finish()
    return .other(oid, value.whole(element))
  }

  private static func text(_ content: [UInt8], _ element: DERElement) throws(DERError) -> String {
    guard content.allSatisfy({ $0 < 0x80 }) else { throw DERError(.invalidString, at: element.start) }
    return String(decoding: content, as: UTF8.self)
  }

  /// One or more names up to the end of the reader.
  static func list(_ reader: inout DERReader) throws(DERError) -> [GeneralName] {
    if reader.isAtEnd { throw DERError(.emptySequence, at: reader.position) }
    var names: [GeneralName] = []
    while !reader.isAtEnd { names.append(try GeneralName(reading: &reader)) }
    return names
  }

  /// `GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName`.
  static func sequence(_ reader: inout DERReader) throws(DERError) -> [GeneralName] {
    var content = try reader.enter()
    return try list(&content)
  }

  static func write(_ names: [GeneralName], to writer: inout DERWriter) {
    writer.sequence { for name in names { name.write(to: &$0) } }
  }

  public func write(to writer: inout DERWriter) {
    switch self {
    case .email(let text): writer.primitive(.context(1), text.utf8)
    case .dns(let text): writer.primitive(.context(2), text.utf8)
    case .uri(let text): writer.primitive(.context(6), text.utf8)
    case .ip(let octets): writer.primitive(.context(7), octets)
    case .registeredID(let oid): writer.primitive(.context(8), oid.bytes)
    case .x400(let content): writer.primitive(.contextConstructed(3), content)
    case .ediParty(let content): writer.primitive(.contextConstructed(5), content)
    case .directory(let name): writer.constructed(.contextConstructed(4)) { $0.raw(name.der) }
    case .other(let oid, let value):
      writer.constructed(.contextConstructed(0)) {
        $0.objectIdentifier(oid.bytes)
        $0.constructed(.contextConstructed(0)) { $0.raw(value) }
      }
    }
  }
}
