import CNIOBoringSSL
import Cryptography

/// Sessions: what they are bound to when made, and whether they may come back.
extension TLSConnection {
  /// Makes a ticket of the library's session state; returns its length, `nil` for no ticket.
  func sealTicket(
    _ state: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) -> Int? {
    guard let context = serverContext else { return nil }
    let now = context.configuration.now()
    guard let session = newSession(context, now)?.serialize(state) else { return nil }
    if context.configuration.tickets {
      return context.ticketKeys.keys(at: now).first?.seal(session, into: output)
    }
    return rememberAsTicket(session, context, into: output, length: state.count)
  }

  /// A ticket that is only an identifier of our cache (RFC 8446 §4.6.1 leaves its content to us).
  ///
  /// Filled up with zeros, because the library gives a ticket's plaintext no more room than the ticket itself has.
  private func rememberAsTicket(
    _ session: [UInt8], _ context: TLSServerContext, into output: UnsafeMutableBufferPointer<UInt8>, length: Int
  ) -> Int? {
    guard let cache = context.configuration.sessionCache, output.count >= max(32, length) else { return nil }
    let identifier = secureRandomBytes(32)
    cache.store(session, under: .init(identifier: identifier, policyID: context.configuration.policyID))
    output.initialize(repeating: 0)
    _ = output.update(fromContentsOf: identifier)
    return max(32, length)
  }

  /// The session state within a ticket that may be resumed now; `nil` leads to a full handshake.
  func openTicket(_ ticket: UnsafeBufferPointer<UInt8>) -> ArraySlice<UInt8>? {
    guard let context = serverContext else { return nil }
    guard context.configuration.tickets else {
      return ticket.count < 32 ? nil : recalledState(Array(ticket.prefix(32)), context)
    }
    let keys = context.ticketKeys.keys(at: context.configuration.now())
    guard let plaintext = keys.first(where: { $0.isNamed(in: ticket) })?.open(ticket) else { return nil }
    return resumableState(plaintext, context)
  }

  /// Stores a TLS 1.2 session under its identifier.
  func remember(_ session: OpaquePointer) {
    guard let context = serverContext, let cache = context.configuration.sessionCache,
      SSL_version(ssl) < TLS1_3_VERSION, SSL_session_reused(ssl) == 0
    else { return }
    var length: CUnsignedInt = 0
    var state: UnsafeMutablePointer<UInt8>?
    var stateLength = 0
    guard let identifier = SSL_SESSION_get_id(session, &length), length > 0,
      SSL_SESSION_to_bytes(session, &state, &stateLength) == 1, let state
    else { return ERR_clear_error() }
    defer { OPENSSL_free(state) }
    let key = TLSSessionCache.Key(
      identifier: Array(UnsafeBufferPointer(start: identifier, count: Int(length))),
      policyID: context.configuration.policyID)
    let bytes = newSession(context, context.configuration.now())?
      .serialize(UnsafeBufferPointer(start: state, count: stateLength))
    if let bytes { cache.store(bytes, under: key) }
  }

  /// The library's form of the session under `identifier`, owned by the caller, if it may be resumed now.
  func recallSession(_ identifier: [UInt8]) -> OpaquePointer? {
    guard let context = serverContext, let state = recalledState(identifier, context) else { return nil }
    let session = state.withUnsafeBufferPointer {
      SSL_SESSION_from_bytes($0.baseAddress, $0.count, context.library.pointer)
    }
    if session == nil { ERR_clear_error() }
    return session
  }

  private func recalledState(_ identifier: [UInt8], _ context: TLSServerContext) -> ArraySlice<UInt8>? {
    guard let cache = context.configuration.sessionCache else { return nil }
    let key = TLSSessionCache.Key(identifier: identifier, policyID: context.configuration.policyID)
    guard let bytes = cache.session(under: key) else { return nil }
    guard let state = resumableState(bytes, context) else {
      cache.remove(key)
      return nil
    }
    return state
  }

  /// Every way back into a session comes through here: its age, then the delegate, decide.
  private func resumableState(_ bytes: [UInt8], _ context: TLSServerContext) -> ArraySlice<UInt8>? {
    let now = context.configuration.now()
    guard let handshake, let delegate = handshake.serverDelegate, let session = SealedSession(bytes),
      session.created <= now, now < session.expires
    else { return nil }
    let resumable = ResumableSession(
      policyID: context.configuration.policyID, chainHash: session.chainHash, created: session.created)
    guard delegate.mayResume(resumable) else { return nil }
    handshake.offered = session
    return bytes[SealedSession.headerLength...]
  }

  /// A session resumed keeps the time and the chain of its full handshake.
  private func newSession(_ context: TLSServerContext, _ now: Int64) -> SealedSession? {
    guard let handshake else { return nil }
    let expires = now + context.timeoutSeconds
    if SSL_session_reused(ssl) == 1, let offered = handshake.offered {
      return SealedSession(created: offered.created, expires: expires, chainHash: offered.chainHash)
    }
    return SealedSession(created: now, expires: expires, chainHash: currentPeerChainHash(handshake))
  }
}
