import CNIOBoringSSL
import NIOCore

/// One end of a TLS connection, without a socket: bytes in, bytes out.
///
/// Give it what arrives (`received`), call `progress()` until it needs input, send what `takeOutput()` returns.
/// Confined to one thread. The buffers' accesses are not checked for exclusivity at run time: they change hands with the
/// library's callbacks on every record, and no access to one lasts over a call that could reach it again.
public final class TLSConnection {
  enum Phase: UInt8 {
    case handshaking
    case open
    case ended
  }

  let ssl: OpaquePointer
  /// The server context in force: the one given, until the ClientHello's name selects another; `nil` on a client.
  public internal(set) var serverContext: TLSServerContext?
  let clientContext: TLSClientContext?
  /// What only the handshake needs; gone when it is over.
  var handshake: HandshakeState?
  /// Ciphertext not yet read by the library.
  @exclusivity(unchecked) var input: ByteBuffer?
  /// Ciphertext not yet taken.
  @exclusivity(unchecked) var output: ByteBuffer?
  /// Plaintext not yet sealed: small writes share a record.
  @exclusivity(unchecked) var staged: ByteBuffer?
  /// The end, known but not yet reported.
  var pendingEnd: TLSProgress?
  var phase = Phase.handshaking
  var transportEnded = false
  var sentCloseNotify = false
  var hasReportedEnd = false
  var alertSent: TLSAlert?
  /// The key under which a client's new sessions are kept; `nil`: they are not.
  let sessionKey: String?
  /// Called by `peerVerified(_:)` so that whoever drives the connection makes progress again.
  public var wake: (() -> Void)?

  init(
    _ library: LibraryContext, server: TLSServerContext?, client: TLSClientContext?, sessionKey: String?,
    handshake: HandshakeState
  ) {
    // Allocation alone can fail here; the runtime's own would have stopped the process as well.
    guard let ssl = SSL_new(library.pointer) else { preconditionFailure("out of memory") }
    self.ssl = ssl
    serverContext = server
    clientContext = client
    self.sessionKey = sessionKey
    self.handshake = handshake
    SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
    if let bio = BufferBIO.make(for: self) { SSL_set_bio(ssl, bio, bio) }
    SSL_set_shed_handshake_config(ssl, 1)
  }

  deinit { SSL_free(ssl) }

  /// The server's end. `context` serves until the ClientHello's name is known, and decides nothing that a context
  /// chosen by `delegate` would decide otherwise.
  public static func server(context: TLSServerContext, delegate: TLSServerDelegate) -> TLSConnection {
    let connection = TLSConnection(
      context.library, server: context, client: nil, sessionKey: nil, handshake: HandshakeState(server: delegate))
    SSL_set_accept_state(connection.ssl)
    SSL_set_custom_verify(connection.ssl, context.verifyMode, serverVerifyCallback)
    return connection
  }

  /// The connection that the library's `ssl` belongs to.
  static func of(_ ssl: OpaquePointer?) -> TLSConnection? {
    guard let ssl, let data = SSL_get_ex_data(ssl, 0) else { return nil }
    return Unmanaged<TLSConnection>.fromOpaque(data).takeUnretainedValue()
  }

  /// Takes ciphertext from the transport; `bytes` is empty afterwards.
  public func received(_ bytes: inout ByteBuffer) {
    if input == nil || input?.readableBytes == 0 {
      input = bytes
    } else {
      input?.writeImmutableBuffer(bytes)
    }
    bytes = ByteBuffer()
  }

  /// The transport will deliver no more.
  public func receivedEOF() { transportEnded = true }

  /// Goes as far as the bytes allow. Call again until it needs input, awaits a verdict or has ended.
  public func progress() -> TLSProgress {
    if let end = pendingEnd {
      pendingEnd = nil
      return end
    }
    switch phase {
    case .handshaking: return continueHandshake()
    case .open: return readPlaintext()
    case .ended: return .needsInput
    }
  }

  /// Answers a delegate's `.pending`.
  public func peerVerified(_ decision: PeerDecision) {
    guard let handshake, handshake.verdict == nil else { return }
    handshake.verdict = decision
    wake?()
  }

  /// Answers a delegate's `.pending` about the context.
  public func contextChosen(_ choice: ContextChoice) {
    guard let handshake, case .pending? = handshake.contextChoice else { return }
    handshake.contextChoice = choice
    wake?()
  }

  /// Ends a handshake that took too long.
  ///
  /// - Returns: the failure to report; `nil` if the handshake is over.
  public func handshakeTimedOut() -> TLSError? {
    guard phase == .handshaking else { return nil }
    end()
    return .handshakeTimedOut
  }

  /// How many of the peer's certificates its delegate was not given, because there were too many; 0 after the handshake.
  public var unreadPeerCertificates: Int { handshake?.unreadCertificates ?? 0 }
  /// Ciphertext that has come and is not read yet, in bytes: the library waits for a verdict, or for a whole record.
  public var unreadBytes: Int { input?.readableBytes ?? 0 }
  /// What waits for `takeOutput()`, sealed or not, in bytes.
  public var unsentBytes: Int { (output?.readableBytes ?? 0) + (staged?.readableBytes ?? 0) }

  public var isHandshaking: Bool { phase == .handshaking }
  public var isOpen: Bool { phase == .open }

  /// Releases what an ended connection no longer needs; the output stays.
  func end() {
    phase = .ended
    handshake = nil
    input = nil
    staged = nil
    wake = nil
  }
}
