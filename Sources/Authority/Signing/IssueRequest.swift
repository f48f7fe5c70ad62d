import Cryptography
import PKI

/// A leaf certificate asked for.
public struct IssueRequest: Sendable {
  public enum Key: Sendable {
    /// A new key, written beside the certificate.
    case generate(KeyType)
    /// A key that exists already at `path`.
    case existing(PrivateKey, path: String)
    /// Somebody else's key, known by their request.
    case csr(CertificateSigningRequest, path: String)
    /// The key of the certificate that is renewed.
    case certified(PublicKey, keyPath: String?)
  }

  public var profile: Profile
  /// What the certificate is for: `mtls.example.com`, `alice`. Also the name of its files.
  public var name: String
  public var key: Key
  /// Nil: the profile's base and the name as common name.
  public var subject: DistinguishedName?
  /// On top of the one that the name brings.
  public var names: [RequestedName] = []
  /// Further names of a certificate signing request.
  public var requestNames = RequestNames.leaveOut
  /// The name is the request's own, and no alternative name where the request has some.
  public var isNamedByRequest = false
  /// In seconds. Nil: the profile's, and no longer than the CA itself lasts.
  public var lifetime: Int64?
  /// Nil: the profile's folder.
  public var out: LeafFiles?
  /// Replace an existing key.
  public var force = false
  /// For the audit log.
  public var why = ""
  /// What the ledger calls the folder; nil: the profile's, or none with `out`.
  var folder: String?
  /// The names are those of the certificate renewed, and its files are replaced.
  var isRenewal = false

  var action: AuditRecord.Action { isRenewal ? .renew : .issue }

  public init(profile: Profile, name: String, key: Key = .generate(.p256)) {
    self.profile = profile
    self.name = name
    self.key = key
  }
}

/// A certificate that the ledger has and the files show.
public struct Issued: Sendable {
  public let record: CertificateRecord
  public let certificate: Certificate
  /// Those written, the key first when there is one.
  public let files: [String]
  public let warnings: [LintFinding]
  /// Nil without a certificate signing request.
  public internal(set) var difference: RequestDifference?
}
