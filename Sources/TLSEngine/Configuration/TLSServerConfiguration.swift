/// How a server block terminates TLS.
public struct TLSServerConfiguration: Sendable {
  /// Whether a client's certificate is asked for.
  public enum ClientCertificate: Hashable, Sendable {
    case none
    /// Asked for; a handshake without one goes on.
    case requested
    /// Asked for; a handshake without one ends with certificate_required.
    case required
  }

  /// In order of preference; the first that suits the client is used.
  public var credentials: [TLSCredential] = []
  /// Whether the delegate names the credentials of each connection, by a context that has them
  /// (`TLSServerDelegate.chooseContext`); then there need be none here.
  public var choosesCredentials = false
  public var minimumVersion: TLSVersion = .tls1_2
  public var maximumVersion: TLSVersion = .tls1_3
  /// OpenSSL's cipher list language, for TLS 1.2 and older. Names that the engine lacks are skipped.
  public var cipherList: String = "HIGH:!aNULL:!MD5"
  /// Colon-separated, OpenSSL's or the registry's names, in order of preference; `nil` or `auto`: the engine's own.
  public var groups: String?
  /// TLS 1.3's suites by OpenSSL's names, joined by colons; `nil`: all, in the engine's own order.
  public var tls13CipherList: String?
  /// What we sign with, in OpenSSL's language; `nil`: all that the key can.
  public var signatureAlgorithms: String?
  /// What peers may sign with, in OpenSSL's language; `nil`: as the engine has it.
  public var peerSignatureAlgorithms: String?
  public var preferServerCiphers = false
  /// In order of preference; empty: the extension is not answered.
  public var alpn: [String] = []
  public var clientCertificate: ClientCertificate = .none
  /// Certificates of a client that are looked at; of more, the leaf alone.
  public var peerCertificateLimit = 10
  /// DER names of CertificateRequest's certificate_authorities.
  public var clientCANames: [[UInt8]] = []
  /// Whether stateless session tickets are issued and accepted.
  public var tickets = true
  /// TLS 1.3 tickets sent after a full handshake.
  public var ticketCount = 1
  /// 48 or 80 bytes each; the first seals, all open. Empty: `ticketKeyring`'s random keys.
  public var ticketKeys: [[UInt8]] = []
  /// Random keys with rotation. Give every generation of a configuration the same one to keep sessions across reloads.
  public var ticketKeyring: TLSTicketKeyring
  /// Remembers sessions by their identifier; `nil`: none are.
  public var sessionCache: TLSSessionCache?
  public var sessionTimeout: Duration = .seconds(300)
  /// 32 bytes: a session made under another value is never resumed.
  public var policyID = [UInt8](repeating: 0, count: 32)
  /// Refuses every handshake with unrecognized_name.
  public var rejectHandshake = false
  /// The longest plaintext in a record sent, in bytes (512…16384).
  public var maximumRecordSize = 16384
  /// Whether the client's offered ciphers and groups are kept for `TLSSessionFacts`.
  public var recordsClientOffer = true
  /// Seconds since 1970, for the age of sessions.
  public var now: @Sendable () -> Int64 = TLSServerConfiguration.systemTime
  /// Receives lines in the NSS key log format. For tests and diagnosis only.
  public var keyLog: (@Sendable (String) -> Void)?

  public init(credentials: [TLSCredential] = [], ticketKeyring: TLSTicketKeyring = TLSTicketKeyring()) {
    self.credentials = credentials
    self.ticketKeyring = ticketKeyring
  }
}
