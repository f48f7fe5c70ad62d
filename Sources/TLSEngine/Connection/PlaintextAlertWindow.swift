/// Finds an alert that a client sent in the clear although the keys of the handshake were agreed upon.
///
/// A client that refuses the server's certificate in TLS 1.3 may not have begun to encrypt (RFC 8446 §6: alerts are
/// "encrypted as specified by the current connection state", and its sending state changes later than its reading state).
/// The library takes the two octets for a damaged record; an encrypted alert never has this type (§5.2).
struct PlaintextAlertWindow {
  /// The last eight bytes, the newest lowest.
  private var bytes: UInt64 = 0

  mutating func append(_ read: UnsafeRawBufferPointer) {
    for byte in read.suffix(7) { bytes = bytes << 8 | UInt64(byte) }
  }

  /// `type 21 ‖ version 3.x ‖ length 2 ‖ level ‖ description`.
  var alert: TLSAlert? {
    let isAlert = bytes >> 48 & 0xFF == 21 && bytes >> 40 & 0xFF == 3 && bytes >> 16 & 0xFFFF == 2
    guard isAlert, (1...2).contains(bytes >> 8 & 0xFF) else { return nil }
    return TLSAlert(rawValue: UInt8(truncatingIfNeeded: bytes))
  }
}
