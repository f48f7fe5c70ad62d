import CNIOBoringSSL

/// PKCS#12 (RFC 7292): a private key and its certificates under one password.
public enum PKCS12 {
  /// What a container held.
  public struct Contents: Sendable {
    public var key: PrivateKey?
    /// DER, in the order of the container.
    public var certificates: [[UInt8]]
    /// The name on the first certificate that has one.
    public var friendlyName: String?
  }

  /// Opens a container, modern or legacy; BER is accepted.
  /// - Throws: `.wrongPassphrase`, or `.invalidKey` with the library's reason when it is damaged.
  public static func decode(_ bytes: [UInt8], password: String) throws(CryptographyError) -> Contents {
    _ = try CryptographyError.reading(.pkcs12) { () throws(DERError) in
      guard bytes.first == DERTag.sequence.rawValue else { throw DERError(.unexpectedTag, at: 0) }
    }
    guard let stack = sk_X509_new_null() else { throw .libraryFailure(reason: LibraryReason.take()) }
    defer { sk_X509_pop_free(stack, { X509_free($0) }) }
    var key: OpaquePointer?
    let isRead = bytes.withUnsafeBufferPointer { buffer in
      var input = CBS(data: buffer.baseAddress, len: buffer.count)
      return PKCS12_get_key_and_certs(&key, stack, &input, password)
    }
    guard isRead == 1 else { throw failure() }
    return contents(key, stack)
  }

  private static func failure() -> CryptographyError {
    let code = ERR_peek_last_error()
    let isPassword = ERR_GET_LIB(code) == ERR_LIB_PKCS8 && ERR_GET_REASON(code) == PKCS8_R_INCORRECT_PASSWORD
    let reason = LibraryReason.take()
    return isPassword ? .wrongPassphrase : .invalidKey(reason: reason)
  }

  private static func contents(_ key: OpaquePointer?, _ stack: OpaquePointer) -> Contents {
    var contents = Contents(key: key.map { PrivateKey(EVPKey(owning: $0)) }, certificates: [], friendlyName: nil)
    for index in 0..<sk_X509_num(stack) {
      guard let certificate = sk_X509_value(stack, index) else { continue }
      var length: Int32 = 0
      if contents.friendlyName == nil, let alias = X509_alias_get0(certificate, &length), length > 0 {
        contents.friendlyName = String(decoding: UnsafeBufferPointer(start: alias, count: Int(length)), as: UTF8.self)
      }
      var der: UnsafeMutablePointer<UInt8>?
      let count = i2d_X509(certificate, &der)
      guard count > 0, let der else { continue }
      contents.certificates.append(Array(UnsafeBufferPointer(start: der, count: Int(count))))
      OPENSSL_free(der)
    }
    return contents
  }
}
