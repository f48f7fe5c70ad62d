import CNIOBoringSSL

/// A hash function.
public enum Digest: Hashable, Sendable, CaseIterable {
  case md5, sha1, sha224, sha256, sha384, sha512

  /// Bytes in a hash.
  public var byteCount: Int {
    switch self {
    case .md5: 16
    case .sha1: 20
    case .sha224: 28
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }

  /// As OpenSSL names it in its output: `sha256`.
  public var name: String {
    switch self {
    case .md5: "md5"
    case .sha1: "sha1"
    case .sha224: "sha224"
    case .sha256: "sha256"
    case .sha384: "sha384"
    case .sha512: "sha512"
    }
  }

  public func hash(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { hash($0) }
  }

  public func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
      var written: UInt32 = 0
      EVP_Digest(bytes.baseAddress, bytes.count, output.baseAddress, &written, evp, nil)
      count = Int(written)
    }
  }

  /// The hash of the hash, and so on: `times` in all, at least once. Nothing is allocated on the way.
  func hash(_ bytes: [UInt8], times: Int) -> [UInt8] {
    var hashed = hash(bytes)
    hashed.withUnsafeMutableBufferPointer { hashed in
      var written: UInt32 = 0
      for _ in 1..<max(times, 1) {
        EVP_Digest(hashed.baseAddress, hashed.count, hashed.baseAddress, &written, evp, nil)
      }
    }
    return hashed
  }

  /// HMAC (RFC 2104).
  public func authenticationCode(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
      var written: UInt32 = 0
      HMAC(evp, key, key.count, bytes, bytes.count, output.baseAddress, &written)
      count = Int(written)
    }
  }

  /// PBKDF2 with this digest's HMAC (RFC 8018 §5.2).
  public func pbkdf2(password: [UInt8], salt: [UInt8], iterations: Int, byteCount: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
      password.withUnsafeBytes { password in
        _ = PKCS5_PBKDF2_HMAC(
          password.baseAddress?.assumingMemoryBound(to: CChar.self), password.count, salt, salt.count,
          UInt32(clamping: iterations), evp, byteCount, output.baseAddress)
      }
      count = byteCount
    }
  }

  var evp: OpaquePointer {
    switch self {
    case .md5: EVP_md5()
    case .sha1: EVP_sha1()
    case .sha224: EVP_sha224()
    case .sha256: EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    }
  }
}
