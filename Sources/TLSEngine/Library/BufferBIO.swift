import CNIOBoringSSL

/// The library's view of a transport: reads come from the connection's input, writes go to its output.
enum BufferBIO {
  /// One method table for the life of the process.
  nonisolated(unsafe) private static let method: OpaquePointer? = {
    guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ByteBuffer") else { return nil }
    BIO_meth_set_read(method) { bio, output, length in
      guard let bio, let output, let connection = connection(of: bio) else { return -1 }
      BIO_clear_retry_flags(bio)
      let count = connection.libraryReads(into: UnsafeMutableRawBufferPointer(start: output, count: Int(length)))
      guard count > 0 else {
        BIO_set_retry_read(bio)
        return -1
      }
      return CInt(count)
    }
    BIO_meth_set_write(method) { bio, input, length in
      guard let bio, let input, let connection = connection(of: bio) else { return -1 }
      BIO_clear_retry_flags(bio)
      connection.libraryWrites(UnsafeRawBufferPointer(start: input, count: Int(length)))
      return length
    }
    BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
    return method
  }()

  /// A BIO for `connection`, which must outlive it.
  static func make(for connection: TLSConnection) -> OpaquePointer? {
    guard let bio = BIO_new(method) else { return nil }
    BIO_set_data(bio, Unmanaged.passUnretained(connection).toOpaque())
    BIO_set_init(bio, 1)
    return bio
  }

  private static func connection(of bio: OpaquePointer) -> TLSConnection? {
    BIO_get_data(bio).map { Unmanaged<TLSConnection>.fromOpaque($0).takeUnretainedValue() }
  }
}
