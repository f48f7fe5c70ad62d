import CNIOBoringSSL

/// The library's questions during a handshake.
extension TLSConnection {
  /// Chooses the context by the ClientHello's name; asked again where the delegate took its time.
  func didReadClientHello(_ hello: UnsafePointer<SSL_CLIENT_HELLO>) -> ssl_select_cert_result_t {
    guard let handshake, let delegate = handshake.serverDelegate else { return ssl_select_cert_error }
    if handshake.contextChoice != nil { return takeChoice(handshake) }
    guard takeContext(hello, handshake, delegate) else { return ssl_select_cert_error }
    guard let serverContext, serverContext.configuration.choosesCredentials else { return ssl_select_cert_success }
    var facts = TLSSessionFacts()
    facts.serverName = handshake.serverName
    facts.clientCipherIDs = handshake.clientCipherIDs
    facts.clientGroupIDs = handshake.clientGroupIDs
    facts.clientSchemes = handshake.clientSchemes
    handshake.contextChoice = delegate.chooseContext(for: facts, connection: self)
    return takeChoice(handshake)
  }

  private func takeChoice(_ handshake: HandshakeState) -> ssl_select_cert_result_t {
    switch handshake.contextChoice {
    case .context(let context):
      context.adopt(ssl)
      serverContext = context
      return ssl_select_cert_success
    case .pending: return ssl_select_cert_retry
    case .unavailable, nil:
      _ = SSL_send_fatal_alert(ssl, TLSAlert.internalError.rawValue)
      return ssl_select_cert_error
    }
  }

  private func takeContext(
    _ hello: UnsafePointer<SSL_CLIENT_HELLO>, _ handshake: HandshakeState, _ delegate: TLSServerDelegate
  ) -> Bool {
    if let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) {
      // As bytes: what is no UTF-8 must not be mended into another name.
      handshake.serverName = UnsafeBufferPointer(start: name, count: OPENSSL_strnlen(name, 256)).map {
        UInt8(bitPattern: $0)
      }
    }
    guard let context = delegate.contextForServerName(handshake.serverName), !context.configuration.rejectHandshake
    else {
      handshake.isNameRefused = true
      _ = SSL_send_fatal_alert(ssl, TLSAlert.unrecognizedName.rawValue)
      return false
    }
    if context !== serverContext {
      context.adopt(ssl)
      serverContext = context
    }
    if context.configuration.recordsClientOffer { recordOffer(hello, handshake) }
    return true
  }

  private func recordOffer(_ hello: UnsafePointer<SSL_CLIENT_HELLO>, _ handshake: HandshakeState) {
    handshake.clientCipherIDs = numbers(hello.pointee.cipher_suites, hello.pointee.cipher_suites_len)
    handshake.clientGroupIDs = list(hello, extension: 10)
    handshake.clientSchemes = list(hello, extension: 13)
  }

  /// The numbers of an extension that is one list of them: supported_groups, signature_algorithms.
  private func list(_ hello: UnsafePointer<SSL_CLIENT_HELLO>, extension number: UInt16) -> [UInt16] {
    var bytes: UnsafePointer<UInt8>?
    var length = 0
    guard SSL_early_callback_ctx_extension_get(hello, number, &bytes, &length) == 1, let bytes, length > 2 else {
      return []
    }
    return numbers(bytes + 2, length - 2)
  }

  private func numbers(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> [UInt16] {
    guard let bytes, length >= 2 else { return [] }
    return [UInt16](unsafeUninitializedCapacity: length / 2) { numbers, count in
      for index in 0..<(length / 2) {
        numbers[index] = UInt16(bytes[2 * index]) << 8 | UInt16(bytes[2 * index + 1])
      }
      count = length / 2
    }
  }

  /// The delegate's verdict on the peer: asked for once, then remembered until the library takes it.
  func judgePeer() -> PeerDecision {
    guard let handshake else { return .reject(.internalError) }
    if let verdict = handshake.verdict { return verdict }
    // Set already where the delegate was asked and has not answered.
    guard handshake.peerChain.isEmpty else { return .pending }
    readPeerChain(handshake)
    let decision =
      handshake.serverDelegate?.verifyPeer(handshake.peerChain, connection: self)
      ?? handshake.clientDelegate?.verifyPeer(handshake.peerChain, connection: self)
      ?? .reject(.internalError)
    if decision != .pending { handshake.verdict = decision }
    return handshake.verdict ?? .pending
  }

  func didSeeAlert(sent: Bool, value: CInt) {
    guard sent, value >> 8 == SSL3_AL_FATAL else { return }
    alertSent = TLSAlert(rawValue: UInt8(truncatingIfNeeded: value))
  }

  func didFinishHandshake() {
    handshake?.signatureScheme = SSL_get_signature_algorithm_used(ssl)
  }

  func logKey(_ line: String) {
    serverContext?.configuration.keyLog?(line)
    clientContext?.configuration.keyLog?(line)
  }
}
