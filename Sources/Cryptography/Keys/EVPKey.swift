import CNIOBoringSSL

/// Owns one reference to an `EVP_PKEY`.
///
/// Unchecked: an `EVP_PKEY` is never changed after it is made, and BoringSSL allows such a key to be used from several
/// threads at once.
final class EVPKey: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Takes over the reference.
  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { EVP_PKEY_free(pointer) }

  var type: KeyType {
    switch EVP_PKEY_id(pointer) {
    case EVP_PKEY_RSA: .rsa(bits: Int(EVP_PKEY_bits(pointer)))
    case EVP_PKEY_DSA: .dsa(bits: Int(EVP_PKEY_bits(pointer)))
    case EVP_PKEY_ED25519: .ed25519
    case EVP_PKEY_EC: curve
    default: .other("key type \(EVP_PKEY_id(pointer))")
    }
  }

  private var curve: KeyType {
    switch EVP_PKEY_get_ec_curve_nid(pointer) {
    case NID_X9_62_prime256v1: .p256
    case NID_secp384r1: .p384
    case NID_secp521r1: .p521
    case NID_secp224r1: .other("P-224")
    default: .other("EC")
    }
  }

  /// What `body` writes to a BoringSSL byte builder; empty if it fails.
  static func marshalled(_ body: (UnsafeMutablePointer<CBB>) -> Int32) -> [UInt8] {
    var builder = CBB()
    guard CBB_init(&builder, 256) == 1 else { return [] }
    defer { CBB_cleanup(&builder) }
    guard body(&builder) == 1, CBB_flush(&builder) == 1 else { return [] }
    return Array(UnsafeBufferPointer(start: CBB_data(&builder), count: CBB_len(&builder)))
  }

  /// The key algorithms that are read: everything else is an unknown algorithm.
  static var algorithms: [OpaquePointer?] {
    [
      EVP_pkey_rsa(), EVP_pkey_ec_p256(), EVP_pkey_ec_p384(),
      EVP_pkey_ec_p521(), EVP_pkey_ec_p224(), EVP_pkey_ed25519(),
      EVP_pkey_dsa(),
    ]
  }
}
