import Cryptography

/// SHA-256 over each certificate preceded by its length in eight bytes, big-endian; empty without certificates.
func chainHash(_ chain: [[UInt8]]) -> [UInt8] {
  guard !chain.isEmpty else { return [] }
  var hasher = SHA256Hasher()
  for certificate in chain {
    withUnsafeBytes(of: UInt64(certificate.count).bigEndian) { hasher.update($0) }
    hasher.update(certificate)
  }
  return hasher.finalize()
}
