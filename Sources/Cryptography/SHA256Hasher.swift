import CNIOBoringSSL

/// SHA-256 of a message that comes in pieces.
public struct SHA256Hasher: Sendable {
  private var state = SHA256_CTX()

  public init() {
    SHA256_Init(&state)
  }

  public mutating func update(_ bytes: [UInt8]) {
    SHA256_Update(&state, bytes, bytes.count)
  }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    SHA256_Update(&state, bytes.baseAddress, bytes.count)
  }

  /// The hash of all bytes given so far; more may follow.
  public func finalize() -> [UInt8] {
    var state = state
    return [UInt8](unsafeUninitializedCapacity: 32) { output, count in
      SHA256_Final(output.baseAddress, &state)
      count = 32
    }
  }
}
