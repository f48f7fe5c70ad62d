/// How the engine behaves as a client, towards an upstream.
public struct TLSClientConfiguration: Sendable {
  /// Shown when the server asks for a certificate; empty: none is.
  public var credentials: [TLSCredential] = []
  public var minimumVersion: TLSVersion = .tls1_2
  public var maximumVersion: TLSVersion = .tls1_3
  /// OpenSSL's cipher list language, for TLS 1.2 and older.
  public var cipherList: String = "DEFAULT"
  /// As in `TLSServerConfiguration`.
  public var groups: String?
  /// TLS 1.3's suites by OpenSSL's names, joined by colons; `nil`: all, in the engine's own order.
  public var tls13CipherList: String?
  /// What we sign with, in OpenSSL's language; `nil`: all that the key can.
  public var signatureAlgorithms: String?
  /// What peers may sign with, in OpenSSL's language; `nil`: as the engine has it.
  public var peerSignatureAlgorithms: String?
  /// In order of preference; empty: the extension is not sent.
  public var alpn: [String] = []
  /// Whether the delegate is asked about the server's certificate. Off: any is accepted.
  public var verifiesPeer = true
  /// Certificates of a server that are looked at; of more, the leaf alone.
  public var peerCertificateLimit = 10
  /// Whether the server is asked to staple the status of its certificate.
  public var requestsStaple = false
  /// Sessions to offer again, by key; 0: none are kept.
  public var rememberedSessions = 1024
  /// Receives lines in the NSS key log format. For tests and diagnosis only.
  public var keyLog: (@Sendable (String) -> Void)?

  public init(credentials: [TLSCredential] = []) {
    self.credentials = credentials
  }
}
