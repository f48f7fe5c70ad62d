import Cryptography

/// One attribute of a name (RFC 5280 §4.1.2.4).
public struct AttributeTypeAndValue: Hashable, Sendable {
  public var type: OID
  /// The value's tag: which string type, or anything else.
  public var tag: DERTag
  /// The value's content octets.
  public var value: [UInt8]

  public init(type: OID, tag: DERTag, value: [UInt8]) {
    self.type = type
    self.tag = tag
    self.value = value
  }

  /// A text in the string type that OpenSSL and RFC 5280 give this attribute: PrintableString for `countryName`,
  /// `serialNumber` and `dnQualifier`, IA5String for `emailAddress` and `domainComponent`, UTF8String for the others.
  public init(_ type: OID, _ text: String) {
    switch type {
    case .countryName, .serialNumber, .dnQualifier:
      self.init(type: type, tag: .printableString, value: Array(text.utf8))
    case .emailAddress, .domainComponent: self.init(type: type, tag: .ia5String, value: Array(text.utf8))
    default: self.init(type: type, tag: .utf8String, value: Array(text.utf8))
    }
  }

  /// The value as Unicode, nil when it is no string or not what its string type allows. TeletexString is read as
  /// Latin-1, as everybody writes it.
  public var text: String? { DirectoryString.decode(tag, value) }

  init(reading reader: inout DERReader) throws(DERError) {
    var inside = try reader.enter()
    type = OID(checked: inside.content(try inside.readObjectIdentifier()))
    let element = try inside.next()
    tag = element.tag
    value = inside.content(element)
    try inside.finish()
  }

  var der: [UInt8] {
    DERWriter.bytes {
      $0.sequence {
        $0.objectIdentifier(type.bytes)
        $0.primitive(tag, value)
      }
    }
  }
}

/// The character string types of ASN.1.
enum DirectoryString {
  static func decode(_ tag: DERTag, _ content: [UInt8]) -> String? {
    switch tag {
    case .utf8String: return String(validating: content, as: UTF8.self)
    case .printableString, .ia5String, .numericString, .visibleString:
      return content.allSatisfy { $0 < 0x80 } ? String(decoding: content, as: UTF8.self) : nil
    case .teletexString: return scalars(content, width: 1)
    case .bmpString:
      guard content.count % 2 == 0 else { return nil }
      let units = stride(from: 0, to: content.count, by: 2).map { UInt16(content[$0]) << 8 | UInt16(content[$0 + 1]) }
      return String(validating: units, as: UTF16.self)
    case .universalString: return scalars(content, width: 4)
    default: return nil
    }
  }

  private static func scalars(_ content: [UInt8], width: Int) -> String? {
    guard content.count % width == 0 else { return nil }
    var text = ""
    for start in stride(from: 0, to: content.count, by: width) {
      let value = content[start..<start + width].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      guard let scalar = Unicode.Scalar(value) else { return nil }
      text.unicodeScalars.append(scalar)
    }
    return text
  }
}
