/// What a connection remembers only until its handshake is over.
final class HandshakeState {
  let serverDelegate: TLSServerDelegate?
  let clientDelegate: TLSClientDelegate?
  /// The verdict on the peer, once there is one.
  var verdict: PeerDecision?
  var peerChain: [[UInt8]] = []
  /// Certificates beyond `peerChain`: the peer sent more than are admitted.
  var unreadCertificates = 0
  var peerChainHash: [UInt8] = []
  var serverName: [UInt8]?
  var isNameRefused = false
  /// The delegate's answer, where it chooses the credentials.
  var contextChoice: ContextChoice?
  var clientCipherIDs: [UInt16] = []
  var clientGroupIDs: [UInt16] = []
  var clientSchemes: [UInt16] = []
  var signatureScheme: UInt16 = 0
  /// The session that was found fit for resumption; the library may still decline it.
  var offered: SealedSession?
  /// What the library read last.
  private var lastBytes = PlaintextAlertWindow()

  init(server: TLSServerDelegate) {
    serverDelegate = server
    clientDelegate = nil
  }

  init(client: TLSClientDelegate) {
    serverDelegate = nil
    clientDelegate = client
  }

  func libraryRead(_ bytes: UnsafeRawBufferPointer) { lastBytes.append(bytes) }

  /// The alert in the clear that was read last; `nil` where that was something else.
  var plaintextAlert: TLSAlert? { lastBytes.alert }
}
