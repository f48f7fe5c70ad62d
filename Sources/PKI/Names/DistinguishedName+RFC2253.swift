import Cryptography

extension DistinguishedName {
  /// The name as OpenSSL's `XN_FLAG_RFC2253` prints it: `CN=client,O=Org`, least significant first, bytes above 7F and
  /// controls as `\XX`, attributes without a name and values that are no string as `#` and the DER in hexadecimal.
  /// This is nginx's `$ssl_client_s_dn`.
  public var rfc2253: String {
    rdns.reversed()
      .map { rdn in rdn.reversed().map(Self.rfc2253).joined(separator: "+") }
      .joined(separator: ",")
  }

  private static func rfc2253(_ attribute: AttributeTypeAndValue) -> String {
    guard let known = NameAttribute.named(attribute.type) else {
      return "\(attribute.type)=\(dump(attribute))"
    }
    guard let characters = Self.characters(attribute) else { return "\(known.shortName)=\(dump(attribute))" }
    return "\(known.shortName)=\(escaped(characters))"
  }

  private static func dump(_ attribute: AttributeTypeAndValue) -> String {
    "#" + Hexadecimal.upper(DERWriter.bytes { $0.primitive(attribute.tag, attribute.value) })
  }

  /// The characters OpenSSL walks over: bytes for UTF8String and the narrow types, code units for the wide ones; nil
  /// for what it does not take for a string.
  private static func characters(_ attribute: AttributeTypeAndValue) -> [[UInt8]]? {
    switch attribute.tag {
    case .utf8String: attribute.value.map { [$0] }
    case .numericString, .printableString, .teletexString, .ia5String, .visibleString, .utcTime, .generalizedTime:
      attribute.value.map(utf8)
    case .bmpString: wide(attribute.value, 2)
    case .universalString: wide(attribute.value, 4)
    default: nil
    }
  }

  private static func wide(_ content: [UInt8], _ width: Int) -> [[UInt8]]? {
    guard content.count % width == 0 else { return nil }
    return stride(from: 0, to: content.count, by: width).map { start in
      let value = content[start..<start + width].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      return Unicode.Scalar(value).map { Array(String($0).utf8) } ?? [0xef, 0xbf, 0xbd]
    }
  }

  private static func utf8(_ latin1: UInt8) -> [UInt8] {
    latin1 < 0x80 ? [latin1] : [0xc0 | latin1 >> 6, 0x80 | latin1 & 0x3f]
  }

  private static func escaped(_ characters: [[UInt8]]) -> String {
    var text = ""
    for (index, character) in characters.enumerated() {
      let isEdge = (first: index == 0, last: index == characters.count - 1)
      for byte in character { append(byte, isEdge, to: &text) }
    }
    return text
  }

  private static func append(_ byte: UInt8, _ edge: (first: Bool, last: Bool), to text: inout String) {
    switch byte {
    case 0x80...: text += "\\" + Hexadecimal.upper(CollectionOfOne(byte))
    case 0..<0x20, 0x7f: text += "\\" + Hexadecimal.upper(CollectionOfOne(byte))
    default:
      let character = Unicode.Scalar(byte)
      let isSpecial =
        switch character {
        case ",", "+", "\"", "\\", "<", ">", ";": true
        case "#": edge.first
        case " ": edge.first || edge.last
        default: false
        }
      if isSpecial { text += "\\" }
      text.unicodeScalars.append(character)
    }
  }

  /// The name as OpenSSL's `X509_NAME_oneline` prints it since 3.0: `/O=Org/CN=client`, everything outside of printable
  /// ASCII as `\xXX`, a backslash before the slashes and pluses of values. This is nginx's `$ssl_client_s_dn_legacy`.
  public var oneLine: String {
    var text = ""
    for rdn in rdns {
      for (index, attribute) in rdn.enumerated() {
        text += index == 0 ? "/" : "+"
        text += "\(NameAttribute.named(attribute.type)?.shortName ?? attribute.type.description)="
        // The first octet of a BIT STRING is no part of its bits.
        let octets = attribute.tag == .bitString ? attribute.value.dropFirst() : attribute.value[...]
        for octet in octets { Self.appendOneLine(octet, to: &text) }
      }
    }
    return text
  }

  private static func appendOneLine(_ octet: UInt8, to text: inout String) {
    switch octet {
    case UInt8(ascii: "/"), UInt8(ascii: "+"): text += "\\"
    case 0x20...0x7e: break
    default:
      text += "\\x" + Hexadecimal.upper(CollectionOfOne(octet))
      return
    }
    text.unicodeScalars.append(Unicode.Scalar(octet))
  }
}
