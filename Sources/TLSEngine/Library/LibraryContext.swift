import CNIOBoringSSL
import Cryptography

/// An `SSL_CTX` with what servers and clients configure alike. Immutable once its owner's initializer is done.
final class LibraryContext: @unchecked Sendable {
  let pointer: OpaquePointer

  init() throws(TLSConfigurationError) {
    guard let pointer = SSL_CTX_new(TLS_with_buffers_method()) else { throw .library(.takeFirst()) }
    self.pointer = pointer
    SSL_CTX_set0_buffer_pool(pointer, CryptoBuffer.pool)
    SSL_CTX_set_early_data_enabled(pointer, 0)
    SSL_CTX_set_info_callback(pointer) { ssl, type, value in
      if type & SSL_CB_ALERT != 0 {
        TLSConnection.of(ssl)?.didSeeAlert(sent: type & SSL_CB_WRITE != 0, value: value)
      } else if type & SSL_CB_HANDSHAKE_DONE != 0 {
        TLSConnection.of(ssl)?.didFinishHandshake()
      }
    }
  }

  deinit { SSL_CTX_free(pointer) }

  /// Schemes accepted from peers: the library's own leave out P-521 and Ed25519.
  static let verifiedSchemes: [UInt16] = [
    0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0603, 0x0806, 0x0601, 0x0807, 0x0201,
  ]

  func setVersions(_ minimum: TLSVersion, _ maximum: TLSVersion) throws(TLSConfigurationError) {
    guard minimum <= maximum else { throw .emptyVersionRange }
    guard
      SSL_CTX_set_min_proto_version(pointer, minimum.wireValue) == 1,
      SSL_CTX_set_max_proto_version(pointer, maximum.wireValue) == 1
    else { throw .library(.takeFirst()) }
  }

  /// A list that names only TLS 1.3 suites is an error unless TLS 1.3 is all there is.
  func setCiphers(_ list: String, minimum: TLSVersion) throws(TLSConfigurationError) {
    let ciphers = CipherList(list)
    guard SSL_CTX_set_cipher_list(pointer, ciphers.rules) != 1 else { return }
    ERR_clear_error()
    guard ciphers.namesOnlyTLS13, minimum >= .tls1_3 else { throw .noUsableCipher(list: list) }
  }

  func setCiphers(_ list: TLS13CipherList, isOrdered: Bool) throws(TLSConfigurationError) {
    let flags = list.flags(isOrdered: isOrdered)
    guard SSL_CTX_set1_tls13_ciphers(pointer, list.suites, flags, list.suites.count) == 1 else {
      throw .library(.takeFirst())
    }
  }

  func setPeerSchemes(_ schemes: [UInt16]) throws(TLSConfigurationError) {
    guard SSL_CTX_set_verify_algorithm_prefs(pointer, schemes, schemes.count) == 1 else {
      throw .library(.takeFirst())
    }
  }

  func setGroups(_ ids: [UInt16]) throws(TLSConfigurationError) {
    guard SSL_CTX_set1_group_ids(pointer, ids, ids.count) == 1 else { throw .library(.takeFirst()) }
  }

  func setKeyLog(_ isOn: Bool) {
    guard isOn else { return }
    SSL_CTX_set_keylog_callback(pointer) { ssl, line in
      guard let ssl, let line else { return }
      TLSConnection.of(ssl)?.logKey(String(cString: line))
    }
  }

  /// - Parameter schemes: what the keys may sign with; `nil`: all they can.
  func add(_ credentials: [TLSCredential], schemes: [UInt16]?) throws(TLSConfigurationError) {
    for (index, credential) in credentials.enumerated() { try add(credential, index, schemes) }
  }

  private func add(
    _ credential: TLSCredential, _ index: Int, _ schemes: [UInt16]?
  ) throws(TLSConfigurationError) {
    guard !credential.chain.isEmpty else { throw .emptyChain(credential: index) }
    guard let made = SSL_CREDENTIAL_new_x509() else { throw .library(.takeFirst()) }
    defer { SSL_CREDENTIAL_free(made) }
    let hasChain = CryptoBuffer.withBuffers(credential.chain) {
      SSL_CREDENTIAL_set1_cert_chain(made, $0, $0.count) == 1
    }
    guard hasChain else { throw .unusableCertificate(credential: index, reason: .takeFirst()) }
    guard credential.key.withEVPKey({ SSL_CREDENTIAL_set1_private_key(made, $0) }) == 1 else {
      throw .keyMismatch(credential: index, reason: .takeFirst())
    }
    if let schemes, SSL_CREDENTIAL_set1_signing_algorithm_prefs(made, schemes, schemes.count) != 1 {
      throw .library(.takeFirst())
    }
    if let response = credential.ocspResponse, !response.isEmpty {
      _ = CryptoBuffer.withBuffers([response]) { SSL_CREDENTIAL_set1_ocsp_response(made, $0[0]) }
    }
    guard SSL_CTX_add1_credential(pointer, made) == 1 else { throw .library(.takeFirst()) }
  }
}

/// Protocol names as ALPN carries them: each after its length (RFC 7301 §3.1).
func alpnList(_ names: [String]) throws(TLSConfigurationError) -> [UInt8] {
  var list: [UInt8] = []
  for name in names {
    let bytes = Array(name.utf8)
    guard (1...255).contains(bytes.count) else { throw .invalidProtocolName(name) }
    list.append(UInt8(bytes.count))
    list.append(contentsOf: bytes)
  }
  return list
}
