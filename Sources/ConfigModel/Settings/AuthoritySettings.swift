import ConfigSyntax

/// `authority_*`: the CA on this machine that a place works with.
public struct AuthoritySettings: Sendable {
  @Inherited public var directory: PathReference? = nil
  @Inherited public var passwordFile: PathReference? = nil

  public init() {}
}

/// `authority_ocsp`, `authority_crl`, `authority_certificate`: what of the CA answers a location.
public struct AuthorityContent: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case ocsp
    /// `nil`: the CA that signs by default, or the one that the path names.
    case crl(name: String?)
    case certificate(name: String?)
  }

  public var kind: Kind
  /// The directive's name, for messages.
  public var directive: String
  public var position: SourcePosition
  public init(_ kind: Kind, directive: String, position: SourcePosition) {
    self.kind = kind
    self.directive = directive
    self.position = position
  }
}
