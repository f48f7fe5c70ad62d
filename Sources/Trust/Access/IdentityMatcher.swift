import Cryptography
import PKI

/// One thing that can be said of a client's certificate, as a rule writes it: `dns:*.example.com`.
public struct IdentityMatcher: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case any, cn, dn, dns, uri, spiffe, email, ip, serial, fingerprint, spki, issuer, ca, policy
  }

  /// As written.
  public let description: String
  private let test: IdentityTest

  /// Reads `KIND:VALUE`, or `any`.
  public init(_ text: String) throws(IdentityMatcherError) {
    description = text
    let name = text.prefix { $0 != ":" }
    guard let kind = Kind(rawValue: String(name)), (kind == .any) == (name.endIndex == text.endIndex) else {
      throw .unknownKind(text)
    }
    guard let test = IdentityTest(kind, String(text[name.endIndex...].dropFirst())) else {
      throw .malformedValue(text, kind)
    }
    self.test = test
  }

  /// `ca:FILE`: a client whose verified path leads through, or to, a CA with one of the keys.
  ///
  /// - Parameter text: as written.
  public init(_ text: String, authorities: AuthorityKeys) {
    description = text
    test = .authority(authorities)
  }

  /// Whether it goes by the name of an issuer alone, which two CAs may have.
  public var namesIssuer: Bool {
    if case .issuer = test { true } else { false }
  }

  func matches(_ client: PresentedIdentity, to action: ClientAccessRule.Action) -> Bool {
    test.holds(for: client, to: action)
  }
}

public enum IdentityMatcherError: Error, Hashable, Sendable {
  case unknownKind(String)
  case malformedValue(String, IdentityMatcher.Kind)
}

extension IdentityMatcherError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownKind(let text):
      "invalid matcher \"\(text)\", it must be \"any\" or begin with one of "
        + IdentityMatcher.Kind.allCases.dropFirst().map { "\"\($0.rawValue):\"" }.joined(separator: ", ")
    case .malformedValue(let text, let kind): "invalid matcher \"\(text)\", it must be \(kind.form)"
    }
  }
}

extension IdentityMatcher.Kind {
  /// How its value is written.
  var form: String {
    switch self {
    case .any: "any"
    case .cn: "cn:NAME, the subject's common name"
    case .dn: "dn:CN=name,O=organization or dn:/O=organization/CN=name, the whole subject"
    case .dns: "dns:NAME, dns:*.NAME (one label more) or dns:.NAME (the name and all below)"
    case .uri: "uri:URI, or uri:URI/* for all below"
    case .spiffe:
      "spiffe://TRUST-DOMAIN for all of a domain, spiffe://TRUST-DOMAIN/PATH, or spiffe://TRUST-DOMAIN/PATH/*"
    case .email: "email:MAILBOX or email:@HOST"
    case .ip: "ip:ADDRESS or ip:NETWORK/BITS"
    case .serial: "serial:HEXADECIMAL"
    case .fingerprint: "fingerprint:SHA-256, 64 hexadecimal digits, colons allowed"
    case .spki: "spki:SHA-256 of the public key, 64 hexadecimal digits or base64"
    case .issuer: "issuer:CN=name,O=organization, the whole name of the trusted CA at the end of the client's path"
    case .ca: "ca:FILE, the certificates of CAs above the client's"
    case .policy: "policy:OID in dotted form"
    }
  }
}

/// What matchers look at.
struct PresentedIdentity {
  let leaf: Certificate
  let names: ClientIdentity
  /// The policies that the path is good for.
  let policies: Set<OID>
  /// Those above the leaf on its verified path, the anchor last; none of a chain that is refused.
  let authorities: ArraySlice<Certificate>

  /// `nil` where nothing was presented that could be read.
  ///
  /// The names of a refused chain count only where they are held against it: whoever asks must know which.
  init?(_ verdict: Verdict) {
    guard let leaf = verdict.leaf else { return nil }
    self.leaf = leaf
    names = verdict.isVerified ? verdict.identity : ClientIdentity(leaf)
    policies = verdict.chain?.policies ?? []
    let path = verdict.chain?.certificates ?? []
    // An anchor may be the client's own certificate: then it vouches for itself.
    authorities = path.count == 1 ? path[...] : path.dropFirst()
  }

  /// The names that count as the issuer's: to let a client in, that of the anchor alone, which the configuration trusts. Any
  /// CA below it chose its name itself. To keep one out, every name above it.
  func issuerNames(for action: ClientAccessRule.Action) -> [DistinguishedName] {
    switch action {
    case .allow: authorities.last.map { [$0.subject] } ?? []
    case .deny: [leaf.issuer] + authorities.map(\.subject)
    }
  }
}
