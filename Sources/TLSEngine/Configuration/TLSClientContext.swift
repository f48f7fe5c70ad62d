import CNIOBoringSSL

/// A client configuration made ready, with the sessions its connections may resume. Safe on any thread.
public final class TLSClientContext: Sendable {
  public let configuration: TLSClientConfiguration
  let library: LibraryContext
  let sessions: TLSClientSessionStore

  /// - Throws: `TLSConfigurationError`, naming the field at fault.
  public init(_ configuration: TLSClientConfiguration) throws(TLSConfigurationError) {
    self.configuration = configuration
    library = try LibraryContext()
    sessions = TLSClientSessionStore(capacity: configuration.rememberedSessions)
    try library.setVersions(configuration.minimumVersion, configuration.maximumVersion)
    try library.setCiphers(configuration.cipherList, minimum: configuration.minimumVersion)
    try library.setGroups(NamedGroup.parse(configuration.groups))
    try library.setCiphers(TLS13CipherList(configuration.tls13CipherList), isOrdered: true)
    try library.setPeerSchemes(
      SignatureSchemes.parse(configuration.peerSignatureAlgorithms) ?? LibraryContext.verifiedSchemes)
    try library.add(configuration.credentials, schemes: SignatureSchemes.parse(configuration.signatureAlgorithms))
    library.setKeyLog(configuration.keyLog != nil)
    try configure(alpn: alpnList(configuration.alpn))
  }

  private func configure(alpn: [UInt8]) throws(TLSConfigurationError) {
    let context = library.pointer
    // Zero is success here, alone among the library's calls.
    guard SSL_CTX_set_alpn_protos(context, alpn, alpn.count) == 0 else { throw .library(.takeFirst()) }
    SSL_CTX_set_custom_verify(context, SSL_VERIFY_PEER, serverVerifyCallback)
    if configuration.requestsStaple { SSL_CTX_enable_ocsp_stapling(context) }
    // A certificate revoked since the first handshake must not come back by resumption.
    SSL_CTX_set_reverify_on_resume(context, 1)
    let cacheMode = SSL_SESS_CACHE_NO_INTERNAL | (configuration.rememberedSessions > 0 ? SSL_SESS_CACHE_CLIENT : 0)
    _ = SSL_CTX_set_session_cache_mode(context, cacheMode)
    SSL_CTX_sess_set_new_cb(context) { ssl, session in
      guard let ssl, let session, let connection = TLSConnection.of(ssl) else { return 0 }
      return connection.keepClientSession(session) ? 1 : 0
    }
  }
}
