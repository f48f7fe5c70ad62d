import CNIOBoringSSL
import Cryptography

/// A key that seals session state for one policy: XChaCha20-Poly1305 under a name that tells it from others.
///
/// A sealed ticket is `name (16) ‖ nonce (24) ‖ ciphertext ‖ tag (16)`; the policy is authenticated, not sent.
/// The long nonce may be random under a key from a file, which never changes.
final class TicketKey: @unchecked Sendable {
  static let nameLength = 16
  static let nonceLength = 24
  static let tagLength = 16
  static let overhead = nameLength + nonceLength + tagLength

  private let name: [UInt8]
  private let policyID: [UInt8]
  // The library documents concurrent seals and opens on one context as safe.
  private let aead: UnsafeMutablePointer<EVP_AEAD_CTX>

  /// Derives the key by HKDF-SHA256 (RFC 5869) from `secret`, for `policyID` alone.
  init?(secret: [UInt8], policyID: [UInt8]) {
    var material = [UInt8](repeating: 0, count: Self.nameLength + 32)
    let salt = Array("countersign session ticket 1".utf8)
    guard
      HKDF(
        &material, material.count, EVP_sha256(), secret, secret.count, salt, salt.count, policyID, policyID.count) == 1,
      let aead = EVP_AEAD_CTX_new(
        EVP_aead_xchacha20_poly1305(), Array(material[Self.nameLength...]), 32, Self.tagLength)
    else { return nil }
    name = Array(material[..<Self.nameLength])
    self.policyID = policyID
    self.aead = aead
  }

  deinit { EVP_AEAD_CTX_free(aead) }

  /// Seals `plaintext` into `output`; returns the length written, `nil` on failure.
  func seal(_ plaintext: [UInt8], into output: UnsafeMutableBufferPointer<UInt8>) -> Int? {
    guard let base = output.baseAddress, output.count >= plaintext.count + Self.overhead else { return nil }
    _ = output.update(fromContentsOf: name)
    let nonce = base + Self.nameLength
    RAND_bytes(nonce, Self.nonceLength)
    let header = Self.nameLength + Self.nonceLength
    var written = 0
    guard
      EVP_AEAD_CTX_seal(
        aead, base + header, &written, output.count - header, nonce, Self.nonceLength, plaintext, plaintext.count,
        policyID, policyID.count) == 1
    else { return nil }
    return header + written
  }

  /// Whether `ticket` names this key.
  func isNamed(in ticket: UnsafeBufferPointer<UInt8>) -> Bool {
    ticket.count > Self.overhead && ticket.prefix(Self.nameLength).elementsEqual(name)
  }

  /// The plaintext of a ticket that names this key; `nil` if it was altered or made for another policy.
  func open(_ ticket: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    let header = Self.nameLength + Self.nonceLength
    guard let base = ticket.baseAddress, ticket.count > Self.overhead else { return nil }
    var opened = false
    let plaintext = [UInt8](unsafeUninitializedCapacity: ticket.count - header) { output, count in
      opened =
        EVP_AEAD_CTX_open(
          aead, output.baseAddress, &count, ticket.count - header, base + Self.nameLength, Self.nonceLength,
          base + header, ticket.count - header, policyID, policyID.count) == 1
      if !opened { count = 0 }
    }
    // Left in the queue, it would end the handshake that goes on without the ticket.
    if !opened { ERR_clear_error() }
    return opened ? plaintext : nil
  }
}
