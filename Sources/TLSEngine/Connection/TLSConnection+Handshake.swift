import CNIOBoringSSL
import Cryptography

extension TLSConnection {
  func continueHandshake() -> TLSProgress {
    ERR_clear_error()
    let result = SSL_do_handshake(ssl)
    if result == 1 { return completeHandshake() }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ: return transportEnded ? fail(.endedDuringHandshake) : .needsInput
    case SSL_ERROR_WANT_CERTIFICATE_VERIFY, SSL_ERROR_PENDING_CERTIFICATE:
      return transportEnded ? fail(.endedDuringHandshake) : .awaitingVerdict
    case SSL_ERROR_ZERO_RETURN, SSL_ERROR_SYSCALL: return fail(.endedDuringHandshake)
    default: return fail(takeFailure())
    }
  }

  func fail(_ error: TLSError) -> TLSProgress {
    end()
    return .failed(error)
  }

  /// The failure that the library reports, by who is at fault: the one place where this is decided.
  func takeFailure() -> TLSError {
    let reason = TLSFailureReason.takeFirst()
    if let handshake, handshake.isNameRefused { return .nameRefused(serverName: handshake.serverName) }
    if case .unavailable? = handshake?.contextChoice { return .credentialsUnavailable }
    if case .reject(let alert)? = handshake?.verdict { return .peerRefused(alert) }
    if let alert = reason.receivedAlert ?? handshake?.plaintextAlert { return .alertReceived(alert) }
    return reason.isInternal ? .engineFailed(reason, sent: alertSent) : .peerAtFault(reason, sent: alertSent)
  }

  private func completeHandshake() -> TLSProgress {
    phase = .open
    let facts = collectFacts()
    handshake = nil
    wake = nil
    return .handshakeCompleted(facts)
  }

  private func collectFacts() -> TLSSessionFacts {
    var facts = TLSSessionFacts()
    facts.version = TLSVersion(wireValue: UInt16(truncatingIfNeeded: SSL_version(ssl))) ?? .tls1_2
    if let cipher = SSL_get_current_cipher(ssl) { facts.cipherID = SSL_CIPHER_get_protocol_id(cipher) }
    facts.groupID = SSL_get_group_id(ssl)
    facts.alpn = selectedProtocol
    facts.isResumed = SSL_session_reused(ssl) == 1
    facts.peerSignatureScheme = facts.isResumed ? 0 : SSL_get_peer_signature_algorithm(ssl)
    facts.sessionID = sessionIdentifier
    facts.serverContext = serverContext
    if clientContext != nil { facts.stapledResponse = stapledResponse }
    guard let handshake else { return facts }
    facts.signatureScheme = handshake.signatureScheme
    facts.serverName = handshake.serverName
    facts.clientCipherIDs = handshake.clientCipherIDs
    facts.clientGroupIDs = handshake.clientGroupIDs
    facts.clientSchemes = handshake.clientSchemes
    facts.peerChain = currentPeerChain(handshake)
    facts.peerChainHash = currentPeerChainHash(handshake)
    return facts
  }

  private func currentPeerChain(_ handshake: HandshakeState) -> [[UInt8]] {
    if handshake.peerChain.isEmpty { readPeerChain(handshake) }
    return handshake.peerChain
  }

  /// No more than is admitted: what goes beyond is counted and neither copied nor hashed.
  func readPeerChain(_ handshake: HandshakeState) {
    let limit = serverContext?.configuration.peerCertificateLimit ?? clientContext?.configuration.peerCertificateLimit
    let found = CryptoBuffer.certificates(SSL_get0_peer_certificates(ssl), limit: limit ?? 1)
    handshake.peerChain = found.read
    handshake.unreadCertificates = found.unread
  }

  /// The hash that `ResumableSession.chainHash` describes, computed at most once.
  func currentPeerChainHash(_ handshake: HandshakeState) -> [UInt8] {
    if handshake.peerChainHash.isEmpty, !currentPeerChain(handshake).isEmpty {
      handshake.peerChainHash = ChainHash.of(handshake.peerChain, unread: handshake.unreadCertificates)
    }
    return handshake.peerChainHash
  }

  private var selectedProtocol: String? {
    var name: UnsafePointer<UInt8>?
    var length: CUnsignedInt = 0
    SSL_get0_alpn_selected(ssl, &name, &length)
    guard let name, length > 0 else { return nil }
    return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
  }

  private var stapledResponse: [UInt8]? {
    var response: UnsafePointer<UInt8>?
    var length = 0
    SSL_get0_ocsp_response(ssl, &response, &length)
    guard let response, length > 0 else { return nil }
    return Array(UnsafeBufferPointer(start: response, count: length))
  }

  private var sessionIdentifier: [UInt8] {
    guard let session = SSL_get_session(ssl) else { return [] }
    var length: CUnsignedInt = 0
    guard let identifier = SSL_SESSION_get_id(session, &length) else { return [] }
    return Array(UnsafeBufferPointer(start: identifier, count: Int(length)))
  }
}
