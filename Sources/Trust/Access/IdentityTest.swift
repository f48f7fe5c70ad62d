import Cryptography
import PKI

/// A matcher's value, read and ready to compare.
enum IdentityTest: Hashable, Sendable {
  case any
  case commonName(ExactText)
  case subject(ExactName)
  case dns(DNSPattern)
  case uri(URIPattern)
  case spiffe(SPIFFEPattern)
  case email(MailboxPattern)
  case address(AddressRange)
  case serial(SerialNumber)
  case fingerprint([UInt8])
  case publicKey([UInt8])
  case issuer(ExactName)
  case authority(AuthorityKeys)
  case policy(OID)

  init?(_ kind: IdentityMatcher.Kind, _ value: String) {
    guard kind == .any || !value.isEmpty else { return nil }
    let test: IdentityTest? =
      switch kind {
      case .any: .any
      case .cn: .commonName(ExactText(value))
      case .dn: Self.name(value).map(IdentityTest.subject)
      case .dns: DNSPattern(value).map(IdentityTest.dns)
      case .uri: URIPattern(value).map(IdentityTest.uri)
      case .spiffe: SPIFFEPattern(value).map(IdentityTest.spiffe)
      case .email: MailboxPattern(value).map(IdentityTest.email)
      case .ip: AddressRange(value).map(IdentityTest.address)
      case .serial: SerialNumber(hex: value).map(IdentityTest.serial)
      case .fingerprint: SHA256Text.hexadecimal(value).map(IdentityTest.fingerprint)
      case .spki: (SHA256Text.hexadecimal(value) ?? SHA256Text.base64(value)).map(IdentityTest.publicKey)
      case .issuer: Self.name(value).map(IdentityTest.issuer)
      case .policy: OID(value).map(IdentityTest.policy)
      // What the file holds is not for this text to say.
      case .ca: nil
      }
    guard let test else { return nil }
    self = test
  }

  private static func name(_ text: String) -> ExactName? {
    guard let name = try? DistinguishedName(parsing: text), !name.isEmpty else { return nil }
    return ExactName(name)
  }

  /// - Parameter action: what follows if it holds.
  func holds(for client: PresentedIdentity, to action: ClientAccessRule.Action) -> Bool {
    let leaf = client.leaf
    return switch self {
    case .any: true
    case .commonName(let name): leaf.subject.commonName.map { ExactText($0) } == name
    case .subject(let name): ExactName(leaf.subject) == name
    case .issuer(let name): client.issuerNames(for: action).contains { ExactName($0) == name }
    case .authority(let keys): client.authorities.contains { keys.contains($0) }
    case .dns(let pattern): client.names.dnsNames.contains(where: pattern.matches)
    case .uri(let pattern): client.names.uris.contains(where: pattern.matches)
    case .spiffe(let pattern): pattern.matches(client.names.uris)
    case .email(let pattern): client.names.emails.contains(where: pattern.matches)
    case .address(let range): client.names.addresses.contains(where: range.contains)
    case .serial(let serial): leaf.serialNumber.hexString == serial.hexString
    case .fingerprint(let hash): leaf.fingerprint(.sha256) == hash
    case .publicKey(let hash): Digest.sha256.hash(leaf.subjectPublicKeyInfo) == hash
    case .policy(let policy): client.policies.contains(policy)
    }
  }
}

/// The texts in which people pass on a SHA-256.
enum SHA256Text {
  static func hexadecimal(_ text: String) -> [UInt8]? {
    let bytes = Hexadecimal.decode(text.utf8.filter { $0 != UInt8(ascii: ":") })
    return bytes?.count == 32 ? bytes : nil
  }

  /// 44 characters, also behind `sha256//` as curl writes pins or `sha256/`.
  static func base64(_ text: String) -> [UInt8]? {
    var digits = Array(text.utf8)
    for prefix in ["sha256//", "sha256/"] where digits.starts(with: prefix.utf8) {
      digits.removeFirst(prefix.utf8.count)
      break
    }
    guard digits.count == 44, digits.removeLast() == UInt8(ascii: "=") else { return nil }
    var bits = 0
    var bytes: [UInt8] = []
    for (position, digit) in digits.enumerated() {
      guard let value = alphabet.firstIndex(of: digit) else { return nil }
      bits = (bits << 6 | value) & 0xff_ffff
      if position % 4 == 3 { bytes += [UInt8(bits >> 16), UInt8(bits >> 8 & 0xff), UInt8(bits & 0xff)] }
    }
    // The last three digits hold two octets and two bits that must be zero.
    guard bits & 3 == 0 else { return nil }
    return bytes + [UInt8(bits >> 10 & 0xff), UInt8(bits >> 2 & 0xff)]
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
