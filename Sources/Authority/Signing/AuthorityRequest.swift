import Cryptography
import PKI

/// A CA asked for: a root, or an intermediate under one.
public struct AuthorityRequest: Sendable {
  public var subject: DistinguishedName
  public var keyType: KeyType = .p256
  /// In seconds.
  public var lifetime: Int64 = 3650 * ValidityBounds.day
  /// How many CAs may follow below (RFC 5280 §4.2.1.9); nil: any number.
  public var pathLength: Int?
  public var permitted: [ConstrainedName] = []
  public var excluded: [ConstrainedName] = []
  public var protection: KeyProtection
  /// In seconds.
  public var crlLifetime = AuthorityDirectory.usualCRLLifetime
  /// Where the new CA's services will be; they stand in what it signs, not in its own certificate.
  public var urls = ServiceURLs()
  public var force = false
  public var why = ""

  public init(subject: DistinguishedName, protection: KeyProtection) {
    self.subject = subject
    self.protection = protection
  }
}
