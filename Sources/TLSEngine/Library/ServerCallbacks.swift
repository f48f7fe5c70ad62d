import CNIOBoringSSL

/// Hands the library's questions about a server connection to its `TLSConnection`.
func installServerCallbacks(_ context: OpaquePointer) {
  SSL_CTX_set_select_certificate_cb(context) { hello in
    guard let hello, let connection = TLSConnection.of(hello.pointee.ssl) else { return ssl_select_cert_error }
    return connection.didReadClientHello(hello)
  }
  SSL_CTX_set_custom_verify(context, SSL_VERIFY_NONE, serverVerifyCallback)
  SSL_CTX_set_cert_cb(context, prepareResumption, nil)
  SSL_CTX_set_alpn_select_cb(context, selectProtocol, nil)
  SSL_CTX_set_ticket_aead_method(context, ticketMethod)
  SSL_CTX_sess_set_new_cb(context) { ssl, session in
    guard let ssl, let session else { return 0 }
    TLSConnection.of(ssl)?.remember(session)
    return 0
  }
  SSL_CTX_sess_set_get_cb(context) { ssl, identifier, length, isBorrowed in
    isBorrowed?.pointee = 0
    guard let ssl, let identifier else { return nil }
    let bytes = Array(UnsafeBufferPointer(start: identifier, count: Int(length)))
    return TLSConnection.of(ssl)?.recallSession(bytes)
  }
}

/// Asks the delegate about the client's certificates.
let serverVerifyCallback: @convention(c) (OpaquePointer?, UnsafeMutablePointer<UInt8>?) -> ssl_verify_result_t = {
  ssl, alert in
  guard let ssl, let connection = TLSConnection.of(ssl) else { return ssl_verify_invalid }
  switch connection.judgePeer() {
  case .accept: return ssl_verify_ok
  case .pending: return ssl_verify_retry
  case .reject(let reason):
    alert?.pointee = reason.rawValue
    return ssl_verify_invalid
  }
}

/// Runs once the version is known: where only our cache resumes, TLS 1.2 uses identifiers and TLS 1.3 our tickets.
private let prepareResumption: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> CInt = { ssl, _ in
  guard let ssl, let context = TLSConnection.of(ssl)?.serverContext else { return 1 }
  let isTLS13 = SSL_version(ssl) >= TLS1_3_VERSION
  let hasTickets = context.configuration.tickets || (isTLS13 && context.remembersSessions)
  if hasTickets {
    SSL_clear_options(ssl, UInt32(SSL_OP_NO_TICKET))
  } else {
    SSL_set_options(ssl, UInt32(SSL_OP_NO_TICKET))
  }
  return 1
}

private let selectProtocol:
  @convention(c) (
    OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?, UnsafePointer<UInt8>?,
    CUnsignedInt, UnsafeMutableRawPointer?
  ) -> CInt = { ssl, chosen, chosenLength, offered, length, _ in
    guard let ssl, let offered, let context = TLSConnection.of(ssl)?.serverContext, context.answersALPN else {
      return SSL_TLSEXT_ERR_NOACK
    }
    let list = UnsafeBufferPointer(start: offered, count: Int(length))
    guard let range = context.selectProtocol(from: list) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    chosen?.pointee = offered + range.lowerBound
    chosenLength?.pointee = UInt8(range.count)
    return SSL_TLSEXT_ERR_OK
  }

/// Read by the library for as long as any context lives; never written after it is made, never freed.
nonisolated(unsafe) private let ticketMethod: UnsafePointer<SSL_TICKET_AEAD_METHOD> = {
  let table = UnsafeMutablePointer<SSL_TICKET_AEAD_METHOD>.allocate(capacity: 1)
  table.initialize(to: ticketMethodTable)
  return UnsafePointer(table)
}()

private let ticketMethodTable = SSL_TICKET_AEAD_METHOD(
  max_overhead: { _ in TicketKey.overhead + SealedSession.headerLength },
  seal: { ssl, output, written, capacity, input, length in
    written?.pointee = 0
    guard let ssl, let output, let input, let connection = TLSConnection.of(ssl) else { return 1 }
    // A ticket that cannot be made is not sent; the connection goes on.
    written?.pointee =
      connection.sealTicket(
        UnsafeBufferPointer(start: input, count: length),
        into: UnsafeMutableBufferPointer(start: output, count: capacity))
      ?? 0
    return 1
  },
  open: { ssl, output, written, capacity, ticket, length in
    guard let ssl, let output, let ticket, let connection = TLSConnection.of(ssl),
      let state = connection.openTicket(UnsafeBufferPointer(start: ticket, count: length)), state.count <= capacity
    else { return ssl_ticket_aead_ignore_ticket }
    _ = UnsafeMutableBufferPointer(start: output, count: capacity).update(fromContentsOf: state)
    written?.pointee = state.count
    return ssl_ticket_aead_success
  })
