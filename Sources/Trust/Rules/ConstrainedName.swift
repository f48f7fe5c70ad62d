import Cryptography
import PKI

/// A name, or the base of a subtree, made ready once for as many comparisons as there are (RFC 5280 §4.2.1.10).
enum ConstrainedName {
  /// Lower case, without the root's dot; `isPlain` where it has the form of a host or, for a base, of `.host` or nothing.
  case dns([UInt8], isPlain: Bool)
  case mailbox(Mailbox)
  /// An rfc822Name that names a host, or with a dot before it what is below: only as a base.
  case mailHost([UInt8])
  case uriHost([UInt8])
  case ip([UInt8])
  case directory(DistinguishedNameKey)
  case other(OID)
  case registeredID, x400, ediParty
  /// Of this form, and not to be understood.
  case obscure(Form)

  enum Form: Equatable { case email, uri }

  /// A name that a certificate carries.
  init(name: GeneralName) {
    switch name {
    case .email(let text): self = Mailbox(text).map { .mailbox($0) } ?? .obscure(.email)
    case .uri(let text): self = Self.host(ofURI: text)
    // RFC 9598 §6: an internationalized mailbox is held to what is said of mailboxes.
    case .other(.smtpUTF8Mailbox, let value): self = Self.internationalized(value)
    default: self = Self(common: name)
    }
  }

  /// The base of a subtree.
  init(base: GeneralName) {
    switch base {
    case .email(let text) where text.utf8.contains(UInt8(ascii: "@")):
      self = Mailbox(text).map { .mailbox($0) } ?? .obscure(.email)
    case .email(let text): self = Self.base(text).map { .mailHost($0) } ?? .obscure(.email)
    case .uri(let text): self = Self.base(text).map { .uriHost($0) } ?? .obscure(.uri)
    default: self = Self(common: base)
    }
  }

  private init(common name: GeneralName) {
    switch name {
    case .dns(let text): self = .dns(NameSyntax.lowered(text), isPlain: Self.base(text) != nil)
    case .ip(let octets): self = .ip(octets)
    case .directory(let name): self = .directory(name.key)
    case .other(let type, _): self = .other(type)
    case .registeredID: self = .registeredID
    case .x400: self = .x400
    case .ediParty: self = .ediParty
    case .email: self = .obscure(.email)
    case .uri: self = .obscure(.uri)
    }
  }

  /// `host`, `.host` or nothing, in lower case; nil for anything else.
  private static func base(_ text: String) -> [UInt8]? {
    let host = text.utf8.first == UInt8(ascii: ".") ? text.dropFirst() : text[...]
    guard text.isEmpty || NameSyntax.isDNSName(String(host)) else { return nil }
    return NameSyntax.lowered(text)
  }

  /// A URI without a host, or with an address for one, cannot be judged.
  private static func host(ofURI text: String) -> ConstrainedName {
    guard let host = URIAuthority.host(text), NameSyntax.isDNSName(host), IPAddressText.octets(host) == nil else {
      return .obscure(.uri)
    }
    return .uriHost(NameSyntax.lowered(host))
  }

  /// SmtpUTF8Mailbox ::= UTF8String, its domain in A-labels (RFC 9598 §3). The local part is beyond ASCII, so that no
  /// rfc822Name is equal to it.
  private static func internationalized(_ value: [UInt8]) -> ConstrainedName {
    var reader = DERReader(value)
    guard let octets = try? reader.read(.utf8String), let at = value[octets.content].lastIndex(of: UInt8(ascii: "@")),
      let mailbox = Mailbox("\"\"@" + String(decoding: value[(at + 1)..<octets.end], as: UTF8.self))
    else { return .obscure(.email) }
    return .mailbox(mailbox)
  }

  /// What a comparison with this costs: names of any length are to be bounded by the same budget.
  static func weight(of name: GeneralName) -> Int {
    switch name {
    case .dns(let text), .email(let text), .uri(let text): 1 + text.utf8.count / 64
    case .directory(let name): 1 + name.der.count / 64
    default: 1
    }
  }
}
