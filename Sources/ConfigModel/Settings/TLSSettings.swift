import ConfigSyntax

/// `ssl_*` of a server: how it terminates TLS and what it asks of clients.
public struct TLSSettings: Sendable {
  @Inherited public var certificate: [PathReference] = []
  @Inherited public var certificateKey: [PathReference] = []
  /// Where names have variables: which of the certificates loaded are kept; `nil`: none.
  @Inherited public var certificateCache: CertificateCacheSetting? = nil
  @Inherited public var passwordFile: PathReference? = nil
  @Inherited public var protocols: Set<TLSProtocolName> = [.tls1_2, .tls1_3]
  /// OpenSSL's cipher list language.
  @Inherited public var ciphers: String = "HIGH:!aNULL:!MD5"
  @Inherited public var preferServerCiphers: Bool = false
  /// Colon-separated groups, or `auto`.
  @Inherited public var ecdhCurve: String = "auto"
  @Inherited public var sessionTimeout: Duration = .seconds(300)
  @Inherited public var sessionCache: SessionCacheSetting = .none
  @Inherited public var sessionTickets: Bool = true
  @Inherited public var sessionTicketKeys: [PathReference] = []
  @Inherited public var bufferSize: ByteCount = .kibibytes(16)
  @Inherited public var earlyData: Bool = false
  @Inherited public var rejectHandshake: Bool = false
  @Inherited public var verifyClient: VerifyClient = .off
  @Inherited public var verifyClientFailure: VerifyClientFailure = .respond
  /// Whether pages that refuse a client's certificate show the id under which the log says why.
  @Inherited public var verifyClientDetail: Bool = false
  @Inherited public var verifyDepth: Int = 1
  @Inherited public var verifyProfile: VerifyProfile = .compatible
  /// Certificates that a client may send, its own counted.
  @Inherited public var verifyChainLimit: Int = 10
  @Inherited public var clientCertificate: PathReference? = nil
  /// One for each trust domain.
  @Inherited public var spiffeBundles: [SPIFFEBundleSetting] = []
  @Inherited public var trustedCertificate: PathReference? = nil
  /// Files and directories, and `authority`: the CA of this place.
  @Inherited public var crl: [PathReference] = []
  /// The CA that `authority` stands for.
  public var authority = AuthoritySettings()
  /// Open connections are closed when their client's chain no longer verifies.
  @Inherited public var revocationDisconnect: Bool = true
  @Inherited public var crlCheck: RevocationCheck = .chain
  @Inherited public var crlGrace: Duration = .zero
  /// Where fetched CRLs are kept; the prefix's `crl_cache` where it is `nil`.
  @Inherited public var crlCache: PathReference? = nil
  @Inherited public var crlRefresh: Duration = .seconds(3600)
  @Inherited public var crlMaxSize: ByteCount = .mebibytes(256)
  @Inherited public var crlTrustedCertificate: PathReference? = nil
  @Inherited public var crlDistributionPoints: Bool = false
  /// Hosts, or domains with a leading `*.`, from which CRLs that certificates name may be fetched; `*`: any.
  @Inherited public var crlHosts: [String] = []
  @Inherited public var stapling: Bool = false
  @Inherited public var staplingFile: PathReference? = nil
  /// A URL, or `authority`.
  @Inherited public var staplingResponder: String? = nil
  @Inherited public var staplingVerify: Bool = false
  /// Where the secrets of connections are written, for those who decrypt captured traffic.
  @Inherited public var keyLog: PathReference? = nil
  @Inherited public var certificateCompression: Bool = false
  /// Commands of OpenSSL's `SSL_CONF_cmd`, as written: name and value.
  @Inherited public var confCommands: [TLSConfCommand] = []
  /// What those commands set beside the settings above.
  public var commands = TLSCommands()
  @Inherited public var ocsp: OCSPCheck = .off
  @Inherited public var ocspResponder: String? = nil
  /// Whose responders may be asked where a certificate names them: hosts, or domains with a leading `*.`; empty: any.
  @Inherited public var ocspHosts: [String] = []
  @Inherited public var ocspFailure: OCSPFailureChoice = .refuse
  @Inherited public var ocspCache: OCSPCacheSetting = .standard

  public init() {}

  /// `ssl_stapling_responder authority`: the CA in this process is asked.
  public var staplesFromAuthority: Bool { staplingResponder == "authority" }

  /// Whether certificates are chosen for each handshake: all of them are, where the name of one has variables.
  public var choosesCertificates: Bool { (certificate + certificateKey).contains { $0.template != nil } }
}

public enum TLSProtocolName: String, Hashable, Sendable, CaseIterable {
  case ssl2 = "SSLv2"
  case ssl3 = "SSLv3"
  case tls1 = "TLSv1"
  case tls1_1 = "TLSv1.1"
  case tls1_2 = "TLSv1.2"
  case tls1_3 = "TLSv1.3"
}

/// `ssl_session_cache`.
public enum SessionCacheSetting: Hashable, Sendable {
  case off
  case none
  case builtin
  case shared(name: String, size: ByteCount)
}

/// `ssl_conf_command name value`.
public struct TLSConfCommand: Hashable, Sendable {
  public var name: String
  public var value: String
  public var position: SourcePosition
}

/// `ssl_ocsp`: which certificates of the client's chain are asked about.
public enum OCSPCheck: String, Hashable, Sendable, CaseIterable {
  case off
  case on
  case leaf
}

/// `ssl_ocsp_cache`.
public enum OCSPCacheSetting: Hashable, Sendable {
  /// Where the directive is absent: statuses are remembered in a cache of fixed size that servers share.
  case standard
  case off
  case shared(name: String, size: ByteCount)
}

/// `ssl_crl_check`: which certificates of the client's chain need a CRL.
public enum RevocationCheck: String, Hashable, Sendable, CaseIterable {
  case chain
  case leaf
}

/// `ssl_ocsp_failure`: what becomes of a client whose status nobody tells.
public enum OCSPFailureChoice: String, Hashable, Sendable, CaseIterable {
  case refuse
  case accept
}

/// `ssl_verify_client`.
public enum VerifyClient: String, Hashable, Sendable, CaseIterable {
  case off
  case on
  case optional
  case optionalNoCA = "optional_no_ca"
}

/// `ssl_verify_profile`, `proxy_ssl_verify_profile`: how much is asked of certificates and CRLs beyond RFC 5280 §6.
public enum VerifyProfile: String, Hashable, Sendable, CaseIterable {
  case compatible
  case strict
}

/// `ssl_verify_client_failure`: what a failed verification does.
public enum VerifyClientFailure: String, Hashable, Sendable, CaseIterable {
  /// 400 with error_page 495 or 496, as nginx.
  case respond
  /// The request goes on with `FAILED:reason` in `$ssl_client_verify`.
  case `continue`
  /// The handshake ends with the alert that names the failure.
  case handshake
}

/// A file named by the configuration, resolved against the prefix or the configuration's folder.
public struct PathReference: Hashable, Sendable {
  /// Absolute, or `data:` with the content itself; as written, where there are variables in it.
  public var path: String
  public var position: SourcePosition
  /// Where the name has variables: what it is made of, as written, to be evaluated for each connection.
  public var template: Template?
  /// Where what the file holds is fetched from; `path` is that of the copy.
  public var url: String?
  /// `authority` in place of a file: what the CA of this place has; `path` is its directory.
  public var isAuthority = false
  /// The configuration's folder, with its final slash: against it the template's relative values are resolved.
  public var folder = ""

  public init(path: String, position: SourcePosition) {
    self.path = path
    self.position = position
  }

  /// What the operator wrote, for messages.
  public var name: String { url ?? path }
}
