import CNIOBoringSSL

/// The library's shared byte strings, in which it keeps certificates unparsed.
enum CryptoBuffer {
  /// Certificates that many connections show are kept once.
  nonisolated(unsafe) static let pool: OpaquePointer? = CRYPTO_BUFFER_POOL_new()

  /// The bytes of each buffer of a stack, in order; where there are more than `limit`, of the first alone.
  ///
  /// - Returns: also how many were not looked at.
  static func certificates(_ stack: OpaquePointer?, limit: Int) -> (read: [[UInt8]], unread: Int) {
    guard let stack else { return ([], 0) }
    let count = sk_CRYPTO_BUFFER_num(stack)
    let wanted = count <= limit ? count : 1
    let read = (0..<wanted).compactMap { index in sk_CRYPTO_BUFFER_value(stack, index).map(bytes) }
    return (read, count - wanted)
  }

  static func bytes(_ buffer: OpaquePointer) -> [UInt8] {
    Array(UnsafeBufferPointer(start: CRYPTO_BUFFER_data(buffer), count: CRYPTO_BUFFER_len(buffer)))
  }

  /// Runs `body` with buffers of the given bytes, and releases them.
  static func withBuffers<R>(_ values: [[UInt8]], _ body: ([OpaquePointer?]) -> R) -> R {
    let buffers = values.map { CRYPTO_BUFFER_new($0, $0.count, pool) }
    defer { buffers.forEach { CRYPTO_BUFFER_free($0) } }
    return body(buffers)
  }

  /// A stack that owns buffers of the given bytes; for calls that take it over.
  static func makeStack(_ values: [[UInt8]]) -> OpaquePointer? {
    let stack = sk_CRYPTO_BUFFER_new_null()
    for value in values {
      let buffer = CRYPTO_BUFFER_new(value, value.count, pool)
      if sk_CRYPTO_BUFFER_push(stack, buffer) == 0 { CRYPTO_BUFFER_free(buffer) }
    }
    return stack
  }
}
