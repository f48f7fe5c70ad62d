import CNIOBoringSSL

/// A server configuration made ready: checked once, shared by all its connections, on any thread.
public final class TLSServerContext: Sendable {
  public let configuration: TLSServerConfiguration
  let library: LibraryContext
  let ticketKeys: TicketKeySet
  let groupIDs: [UInt16]
  let tls13Ciphers: TLS13CipherList
  let peerSchemes: [UInt16]
  let timeoutSeconds: Int64
  private let alpn: [UInt8]

  /// - Throws: `TLSConfigurationError`, naming the field at fault.
  public init(_ configuration: TLSServerConfiguration) throws(TLSConfigurationError) {
    guard configuration.policyID.count == 32 else { throw .invalidPolicyID(length: configuration.policyID.count) }
    let mayLackCredentials = configuration.rejectHandshake || configuration.choosesCredentials
    guard !configuration.credentials.isEmpty || mayLackCredentials else { throw .noCredential }
    self.configuration = configuration
    library = try LibraryContext()
    ticketKeys = try TicketKeySet(
      files: configuration.ticketKeys, keyring: configuration.ticketKeyring, policyID: configuration.policyID)
    groupIDs = try NamedGroup.parse(configuration.groups)
    tls13Ciphers = try TLS13CipherList(configuration.tls13CipherList)
    peerSchemes = try SignatureSchemes.parse(configuration.peerSignatureAlgorithms) ?? LibraryContext.verifiedSchemes
    alpn = try alpnList(configuration.alpn)
    timeoutSeconds = max(1, configuration.sessionTimeout.components.seconds)
    try configure()
  }

  private func configure() throws(TLSConfigurationError) {
    try library.setVersions(configuration.minimumVersion, configuration.maximumVersion)
    try library.setCiphers(configuration.cipherList, minimum: configuration.minimumVersion)
    try library.setGroups(groupIDs)
    try library.setCiphers(tls13Ciphers, isOrdered: configuration.preferServerCiphers)
    try library.setPeerSchemes(peerSchemes)
    try library.add(configuration.credentials, schemes: SignatureSchemes.parse(configuration.signatureAlgorithms))
    library.setKeyLog(configuration.keyLog != nil)
    let context = library.pointer
    SSL_CTX_set0_client_CAs(context, CryptoBuffer.makeStack(configuration.clientCANames))
    SSL_CTX_set_max_send_fragment(context, min(16384, max(512, configuration.maximumRecordSize)))
    SSL_CTX_set_options(context, options)
    configureSessions()
    installServerCallbacks(context)
  }

  private func configureSessions() {
    let context = library.pointer
    _ = SSL_CTX_set_session_id_context(context, configuration.policyID, configuration.policyID.count)
    // Ours are the only caches: the library's own knows nothing of policies.
    let cacheMode = SSL_SESS_CACHE_NO_INTERNAL | (configuration.sessionCache == nil ? 0 : SSL_SESS_CACHE_SERVER)
    _ = SSL_CTX_set_session_cache_mode(context, cacheMode)
    _ = SSL_CTX_set_timeout(context, UInt32(clamping: timeoutSeconds))
    SSL_CTX_set_session_psk_dhe_timeout(context, UInt32(clamping: timeoutSeconds))
    _ = SSL_CTX_set_num_tickets(context, configuration.ticketCount)
  }

  var options: UInt32 {
    configuration.preferServerCiphers ? UInt32(SSL_OP_CIPHER_SERVER_PREFERENCE) : 0
  }

  /// Whether any session may be resumed that is not a stateless ticket's.
  var remembersSessions: Bool { configuration.sessionCache != nil }

  var verifyMode: CInt {
    switch configuration.clientCertificate {
    case .none: SSL_VERIFY_NONE
    case .requested: SSL_VERIFY_PEER
    case .required: SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
    }
  }

  /// The first of our protocols that the client offers, as a range within the client's list; `nil` if none is.
  func selectProtocol(from offered: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    var ours = 0
    while ours < alpn.count {
      let length = Int(alpn[ours])
      var theirs = 0
      while theirs < offered.count {
        let end = theirs + 1 + Int(offered[theirs])
        guard end <= offered.count else { return nil }
        if Int(offered[theirs]) == length, offered[(theirs + 1)..<end].elementsEqual(alpn[(ours + 1)...(ours + length)])
        {
          return (theirs + 1)..<end
        }
        theirs = end
      }
      ours += 1 + length
    }
    return nil
  }

  var answersALPN: Bool { !alpn.isEmpty }
}
