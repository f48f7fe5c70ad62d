import CNIOBoringSSL

extension TLSServerContext {
  /// Makes `ssl`, in the midst of reading its ClientHello, a connection of this context.
  ///
  /// `SSL_set_SSL_CTX` carries certificates, session context, cipher list, client CAs and callbacks; versions,
  /// groups, TLS 1.3 suites, signature schemes, options, verification and record size were copied when the connection was made and are set again.
  func adopt(_ ssl: OpaquePointer) {
    SSL_set_SSL_CTX(ssl, library.pointer)
    SSL_set_min_proto_version(ssl, configuration.minimumVersion.wireValue)
    SSL_set_max_proto_version(ssl, configuration.maximumVersion.wireValue)
    SSL_clear_options(ssl, UInt32(SSL_OP_CIPHER_SERVER_PREFERENCE))
    SSL_set_options(ssl, options)
    SSL_set1_group_ids(ssl, groupIDs, groupIDs.count)
    let suites = tls13Ciphers.suites
    SSL_set1_tls13_ciphers(
      ssl, suites, tls13Ciphers.flags(isOrdered: configuration.preferServerCiphers), suites.count)
    SSL_set_verify_algorithm_prefs(ssl, peerSchemes, peerSchemes.count)
    SSL_set_custom_verify(ssl, verifyMode, serverVerifyCallback)
    SSL_set_max_send_fragment(ssl, min(16384, max(512, configuration.maximumRecordSize)))
  }
}
