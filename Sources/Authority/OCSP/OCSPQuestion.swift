import PKI

/// A request that was understood.
struct OCSPQuestion: Sendable {
  let certIDs: [OCSPCertID]
  /// 1 to 128 octets (RFC 9654 §2.1).
  let nonce: [UInt8]?

  /// Far more than the 256 certificates that a request may ask about need.
  private static let longestRequest = 1 << 16

  /// Nil for what RFC 6960 §2.3 calls a malformed request: no DER of one, a nonce of another length, or an extension that
  /// is critical and not understood (§4.1.2).
  init?(_ der: [UInt8]) {
    guard der.count <= Self.longestRequest, let request = try? OCSPRequest(der: der) else { return nil }
    let extensions = request.extensions + request.items.flatMap(\.extensions)
    guard extensions.allSatisfy({ !$0.critical || $0.oid == .ocspNonce }) else { return nil }
    do {
      nonce = try request.nonce()
    } catch {
      return nil
    }
    certIDs = request.items.map(\.certID)
  }

  /// What an answer made beforehand may serve: one certificate, no nonce.
  var simple: OCSPCertID? { nonce == nil && certIDs.count == 1 ? certIDs[0] : nil }
}
