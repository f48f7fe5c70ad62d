import PKI

/// A directory of `openssl ca` or easy-rsa to take over.
public struct ImportRequest: Sendable {
  public let source: String
  /// Nil: looked for in the usual places.
  public var key: String?
  public var certificate: String?
  /// Certificates above an intermediate CA.
  public var chain: String?
  /// In seconds.
  public var crlLifetime = AuthorityDirectory.usualCRLLifetime
  /// Import what is sound, and report the rest.
  public var skipDamaged = false
  /// Replace an existing key.
  public var force = false
  public var why = ""

  public init(source: String) { self.source = source }
}

/// What came of an import.
public struct ImportReport: Sendable {
  public let certificates: Int
  public let revoked: Int
  /// Left out, as `skipDamaged` asked.
  public let damages: [ImportDamage]
  /// Worth knowing, nothing lost.
  public let notes: [String]
}
