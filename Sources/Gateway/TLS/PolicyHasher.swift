import Cryptography

/// SHA-256 over values of any length, each told from the next.
struct PolicyHasher {
  private var hasher = SHA256Hasher()

  mutating func add(_ bytes: [UInt8]) {
    withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hasher.update($0) }
    hasher.update(bytes)
  }

  mutating func add(_ text: String) { add(Array(text.utf8)) }

  func finalize() -> [UInt8] { hasher.finalize() }
}
