import Cryptography
import PKI

/// What certificates of one kind look like and may name.
public struct Profile: Sendable, Hashable {
  public var name: String
  public var keyUsage: KeyUsage
  /// Names of RFC 5280 §4.2.1.12 (`serverAuth`, `clientAuth`, …) or dotted OIDs.
  public var extendedKeyUsage: [String]
  public var validity: ValidityBounds
  /// Empty: every type the lints accept.
  public var keyTypes: [KeyTypeRule]
  public var names: NamePolicy
  /// At least one subject alternative name is demanded.
  public var requiresAlternativeName: Bool
  /// A subject or alternative name of another valid certificate is refused; else it is warned of.
  public var requiresUniqueNames = false
  /// Attributes (`C`, `O`, …) the subject must have.
  public var requiredSubject: [String]
  /// Put before the common name when the operator gives no subject: `/C=US/O=Example`.
  public var subjectBase: String
  /// Where it has none of a kind, the signing CA's are taken.
  public var urls: ServiceURLs
  public var folder: LeafFolder

  public init(name: String, extendedKeyUsage: [String], folder: LeafFolder) {
    self.name = name
    keyUsage = [.digitalSignature, .keyEncipherment]
    self.extendedKeyUsage = extendedKeyUsage
    validity = ValidityBounds()
    keyTypes = []
    names = NamePolicy(dns: ["*"], ip: ["*"], email: ["*"], uri: ["*"])
    requiresAlternativeName = false
    requiredSubject = []
    subjectBase = ""
    urls = ServiceURLs()
    self.folder = folder
  }
}

/// How long certificates of a profile may live. In seconds; days are 86,400 of them, as in `openssl -days`.
public struct ValidityBounds: Sendable, Hashable {
  public static let day: Int64 = 86_400

  public var usual: Int64 = 365 * Self.day
  public var minimum: Int64 = 60
  public var maximum: Int64 = 100 * 365 * Self.day

  public init() {}

  /// `90d`, `12h`, `30m`, `45s`; a bare number is days.
  public static func seconds(_ text: String) -> Int64? {
    let units: [Character: Int64] = ["d": day, "h": 3600, "m": 60, "s": 1, "w": 7 * day, "y": 365 * day]
    let unit = text.last.flatMap { units[$0] }
    guard let count = Int64(unit == nil ? text[...] : text.dropLast()), count > 0 else { return nil }
    let (seconds, overflow) = count.multipliedReportingOverflow(by: unit ?? day)
    // A century and a half: beyond it GeneralizedTime's year 9999 is not far for a repeated renewal.
    return overflow || seconds > 150 * 366 * day ? nil : seconds
  }
}

/// A key type a profile accepts: `p256`, `ed25519`, or `rsa2048` for RSA of that size and larger.
public struct KeyTypeRule: Sendable, Hashable, CustomStringConvertible {
  let type: KeyType

  public init?(_ text: String) {
    guard let type = KeyType(name: text) else { return nil }
    self.type = type
  }

  func accepts(_ other: KeyType) -> Bool {
    if case .rsa(let least) = type, case .rsa(let bits) = other { return bits >= least }
    return type == other
  }

  public var description: String { type.name }
}

extension KeyType {
  /// Types that keys can be made of, as `--key` takes them.
  public static let makeable: [KeyType] = [
    .p256, .p384, .p521, .ed25519, .rsa(bits: 2048), .rsa(bits: 3072), .rsa(bits: 4096),
  ]

  /// `p256`, `P-256`, `rsa2048`, `rsa:2048`, `ed25519`: case and punctuation do not matter; `rsa` alone is 2048 bits.
  public init?(name: String) {
    let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
    let known = Self.makeable.first { $0.name == plain } ?? (plain == "rsa" ? .rsa(bits: 2048) : nil)
    guard let type = known else { return nil }
    self = type
  }

  public var name: String {
    switch self {
    case .rsa(let bits): "rsa\(bits)"
    case .p256: "p256"
    case .p384: "p384"
    case .p521: "p521"
    case .ed25519: "ed25519"
    case .dsa(let bits): "dsa\(bits)"
    case .other(let name): name
    }
  }
}
