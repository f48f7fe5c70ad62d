/// What is wrong with a configuration: the operator's to mend.
public enum TLSConfigurationError: Error, Hashable, Sendable {
  /// Nothing in the cipher list names a cipher that the engine has.
  case noUsableCipher(list: String)
  /// A name in the groups list that the engine does not have.
  case unknownGroup(name: String)
  /// A name in the list of TLS 1.3 suites that is none.
  case unknownCipher(name: String)
  /// A name in a list of signature algorithms that is none, or a list without any that the engine has.
  case unknownSignatureAlgorithm(name: String)
  /// `minimumVersion` is above `maximumVersion`.
  case emptyVersionRange
  /// A server that takes handshakes without any certificate.
  case noCredential
  /// A credential without a certificate.
  case emptyChain(credential: Int)
  /// The leaf cannot be read, or its key type has no use in TLS.
  case unusableCertificate(credential: Int, reason: TLSFailureReason)
  /// The private key is not the leaf's.
  case keyMismatch(credential: Int, reason: TLSFailureReason)
  /// A protocol name that is empty or longer than 255 bytes (RFC 7301 §3.1).
  case invalidProtocolName(String)
  /// A ticket key that is not 48 or 80 bytes.
  case invalidTicketKeyLength(index: Int, length: Int)
  /// A policy identifier that is not 32 bytes.
  case invalidPolicyID(length: Int)
  /// A server name that cannot be sent in a ClientHello.
  case invalidServerName(String)
  /// The library refused for a reason of its own.
  case library(TLSFailureReason)
}
