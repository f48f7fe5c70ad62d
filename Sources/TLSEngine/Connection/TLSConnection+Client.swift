import CNIOBoringSSL

extension TLSConnection {
  /// The client's end.
  ///
  /// - Parameters:
  ///   - serverName: sent as server_name (RFC 6066 §3); `nil`, or an IP address, sends none.
  ///   - sessionKey: under which sessions are kept and offered again: name every fact on which the delegate's verdict
  ///     rests, such as the upstream and the name verified. `nil`: no resumption.
  public static func client(
    context: TLSClientContext, serverName: String?, sessionKey: String? = nil, delegate: TLSClientDelegate
  ) throws(TLSConfigurationError) -> TLSConnection {
    let connection = TLSConnection(
      context.library, server: nil, client: context, sessionKey: sessionKey, handshake: HandshakeState(client: delegate)
    )
    SSL_set_connect_state(connection.ssl)
    if let serverName, !isAddressLiteral(serverName) {
      guard SSL_set_tlsext_host_name(connection.ssl, serverName) == 1 else {
        ERR_clear_error()
        throw .invalidServerName(serverName)
      }
      connection.handshake?.serverName = Array(serverName.utf8)
    }
    if !context.configuration.verifiesPeer { connection.handshake?.verdict = .accept }
    if let sessionKey, let session = context.sessions.take(sessionKey) {
      SSL_set_session(connection.ssl, session)
      SSL_SESSION_free(session)
    }
    return connection
  }

  /// Keeps a session the server issued; true if its reference was taken over.
  func keepClientSession(_ session: OpaquePointer) -> Bool {
    guard let clientContext, let sessionKey else { return false }
    return clientContext.sessions.store(session, under: sessionKey)
  }
}

/// Whether `name` is an IPv4 or IPv6 address, which server_name must not carry (RFC 6066 §3).
private func isAddressLiteral(_ name: String) -> Bool {
  if name.contains(":") { return true }
  let parts = name.split(separator: ".", omittingEmptySubsequences: false)
  return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
}
