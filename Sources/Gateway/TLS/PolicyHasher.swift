import Cryptography

/// SHA-256 over values of any length, each told from the next.
struct PolicyHasher {
  private var hasher = SHA256Hasher()

  mutating func add(_ bytes: [UInt8]) {
    withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hasher.update($0) }
    hasher.update(bytes)
  }

  mutating func add(_ text: String) { add(Array(text.utf8)) }

  /// Every stored property of a value, by its name: none can be forgotten. None may be a `Set` or a `Dictionary`, whose order
  /// differs from process to process.
  mutating func add(fieldsOf value: some Hashable) {
    for field in Mirror(reflecting: value).children {
      add(field.label ?? "")
      add(String(reflecting: field.value))
    }
  }

  func finalize() -> [UInt8] { hasher.finalize() }
}
