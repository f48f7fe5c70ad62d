/// What a gateway's configuration can ask of CAs on the same machine; given to the gateway by whoever composes the
/// program, so that the gateway itself knows no CA.
public protocol AuthorityServices: Sendable {
  /// Opens the CA directory, or finds it open.
  ///
  /// - Throws: why it can't be used, for the operator.
  func check(_ place: AuthorityPlace) throws(ServiceUnavailable)

  /// The service behind a content directive.
  func service(_ kind: AuthorityServiceKind, of place: AuthorityPlace) throws(ServiceUnavailable) -> any ContentService

  /// The file that always holds the newest CRLs of all CAs of the directory, replaced by renaming.
  func revocationListFile(of place: AuthorityPlace) throws(ServiceUnavailable) -> String

  /// Cares for the CRLs of these directories from now on, and for no others: renews them before they expire.
  ///
  /// - Parameter report: called on any thread.
  func keep(_ places: Set<AuthorityPlace>, report: @escaping @Sendable (ServiceReport) -> Void)
}

/// A CA directory as the configuration names it.
public struct AuthorityPlace: Hashable, Sendable {
  /// Absolute.
  public var directory: String
  /// Absolute; the file whose first line opens the CA's key.
  public var passwordFile: String?

  public init(directory: String, passwordFile: String? = nil) {
    self.directory = directory
    self.passwordFile = passwordFile
  }
}

/// Without a name: the CA that signs by default, or the one that the request's path names.
public enum AuthorityServiceKind: Hashable, Sendable {
  /// Answers OCSP requests (RFC 6960).
  case ocsp
  /// Hands out CRLs (RFC 5280 §4.2.1.13).
  case revocationList(name: String?)
  /// Hands out CA certificates (RFC 5280 §4.2.2.1).
  case certificate(name: String?)
}

/// Why a service can't be had.
public struct ServiceUnavailable: Error, Hashable, Sendable {
  public var reason: String

  public init(reason: String) { self.reason = reason }
}

/// A line for the gateway's error log.
public struct ServiceReport: Hashable, Sendable {
  public enum Level: Hashable, Sendable { case alert, error, warning, notice }

  public var level: Level
  public var text: String

  public init(_ level: Level, _ text: String) {
    self.level = level
    self.text = text
  }
}
