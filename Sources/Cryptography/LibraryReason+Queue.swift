import CNIOBoringSSL

extension LibraryReason {
  /// Takes the oldest error of this thread's queue and empties the queue, so that no later call reads an old error.
  static func take() -> LibraryReason {
    let code = ERR_peek_error()
    ERR_clear_error()
    guard code != 0, let text = ERR_reason_error_string(code) else {
      return LibraryReason(code: UInt32(truncatingIfNeeded: code), description: "unknown")
    }
    return LibraryReason(code: UInt32(truncatingIfNeeded: code), description: String(cString: text))
  }
}
