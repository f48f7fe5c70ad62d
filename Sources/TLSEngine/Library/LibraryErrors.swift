import CNIOBoringSSL

extension TLSFailureReason {
  /// Empties this thread's queue of library errors and returns the first, which is the cause.
  static func takeFirst() -> TLSFailureReason {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0 else { return TLSFailureReason(code: 0, name: "UNKNOWN") }
    let name = ERR_reason_error_string(code).map { String(cString: $0) }
    return TLSFailureReason(code: code, name: name ?? "REASON_\(ERR_GET_REASON(code))")
  }

  /// The alert that the code stands for, where the peer's alert is the failure.
  var receivedAlert: TLSAlert? {
    guard ERR_GET_LIB(code) == CInt(ERR_LIB_SSL) else { return nil }
    let reason = ERR_GET_REASON(code) - SSL_AD_REASON_OFFSET
    return (0..<256).contains(reason) ? TLSAlert(rawValue: UInt8(reason)) : nil
  }

  /// Whether the library's own state is to blame rather than the peer's bytes.
  var isInternal: Bool {
    let ours: Set<CInt> = [
      CInt(ERR_R_MALLOC_FAILURE), CInt(ERR_R_INTERNAL_ERROR), SSL_R_NO_CERTIFICATE_SET, SSL_R_NO_PRIVATE_KEY_ASSIGNED,
      SSL_R_PRIVATE_KEY_OPERATION_FAILED, SSL_R_UNINITIALIZED, SSL_R_PROTOCOL_IS_SHUTDOWN,
    ]
    return ours.contains(ERR_GET_REASON(code))
  }
}
