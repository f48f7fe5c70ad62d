import Cryptography

extension GeneralName: CustomStringConvertible {
  /// `DNS:host`, `IP:192.0.2.1`, `email:a@b`, `URI:…`, `DirName:CN=…`, `RID:1.2.3`, `othername:1.2.3`.
  public var description: String {
    switch self {
    case .dns(let text): "DNS:\(text)"
    case .email(let text): "email:\(text)"
    case .uri(let text): "URI:\(text)"
    case .ip(let octets): "IP:\(IPAddressText.text(octets))"
    case .directory(let name): "DirName:\(name.rfc2253)"
    case .registeredID(let oid): "RID:\(oid)"
    case .other(let oid, let value): "othername:\(oid):\(Self.otherText(value))"
    case .x400: "X400Name"
    case .ediParty: "EdiPartyName"
    }
  }

  private static func otherText(_ value: [UInt8]) -> String {
    var reader = DERReader(value)
    guard let element = try? reader.next(), let text = DirectoryString.decode(element.tag, reader.content(element))
    else { return Hexadecimal.upper(value) }
    return text
  }

  /// `dns:host`, `ip:ADDRESS`, `email:a@b`, `uri:…`, `dirname:/CN=…`, `rid:1.2.3`, the word before the colon in any
  /// case. Nil when the word is another, the text is not ASCII or the value is none of its kind.
  public init?(parsing text: String) {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let value = String(text[text.index(after: colon)...])
    guard !value.isEmpty, !value.utf8.contains(0) else { return nil }
    let isASCII = value.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    switch text[..<colon].lowercased() {
    case "dns" where isASCII: self = .dns(value)
    case "email" where isASCII && value.contains("@"): self = .email(value)
    case "uri" where isASCII && value.contains(":"): self = .uri(value)
    case "ip":
      guard let octets = IPAddressText.octets(value) else { return nil }
      self = .ip(octets)
    case "dirname":
      guard let name = try? DistinguishedName(parsing: value) else { return nil }
      self = .directory(name)
    case "rid":
      guard let oid = OID(value) else { return nil }
      self = .registeredID(oid)
    default: return nil
    }
  }
}
