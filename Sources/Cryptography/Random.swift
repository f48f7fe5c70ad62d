import CNIOBoringSSL

/// Bytes from the operating system's generator, by way of BoringSSL's. Never fails.
public func secureRandomBytes(_ count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
    RAND_bytes(output.baseAddress, count)
    initialized = count
  }
}

/// Compares secrets in a time that depends on their length only.
public func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
  a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
}
