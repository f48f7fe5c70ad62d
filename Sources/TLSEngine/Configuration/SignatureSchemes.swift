/// A list in OpenSSL's `SignatureAlgorithms` language: `ECDSA+SHA256:RSA-PSS+SHA256`, or RFC 8446's names (§4.2.3).
enum SignatureSchemes {
  private static let names: [String: UInt16] = [
    "ecdsa_secp256r1_sha256": 0x0403, "ecdsa_secp384r1_sha384": 0x0503, "ecdsa_secp521r1_sha512": 0x0603,
    "ed25519": 0x0807, "rsa_pss_rsae_sha256": 0x0804, "rsa_pss_rsae_sha384": 0x0805, "rsa_pss_rsae_sha512": 0x0806,
    "rsa_pkcs1_sha256": 0x0401, "rsa_pkcs1_sha384": 0x0501, "rsa_pkcs1_sha512": 0x0601, "rsa_pkcs1_sha1": 0x0201,
    "ecdsa+sha256": 0x0403, "ecdsa+sha384": 0x0503, "ecdsa+sha512": 0x0603, "rsa-pss+sha256": 0x0804,
    "rsa-pss+sha384": 0x0805, "rsa-pss+sha512": 0x0806, "pss+sha256": 0x0804, "pss+sha384": 0x0805,
    "pss+sha512": 0x0806, "rsa+sha256": 0x0401, "rsa+sha384": 0x0501, "rsa+sha512": 0x0601, "rsa+sha1": 0x0201,
  ]

  /// Schemes of OpenSSL that the engine lacks: skipped.
  private static func isKnownElsewhere(_ name: String) -> Bool {
    let elsewhere: Set<String> = [
      "ed448", "ecdsa_sha1", "ecdsa_sha224", "rsa_pkcs1_sha224", "mldsa44", "mldsa65", "mldsa87",
    ]
    return elsewhere.contains(name) || name.hasPrefix("dsa") || name.hasPrefix("rsa_pss_pss_")
      || name.hasSuffix("+sha224")
      || name == "ecdsa+sha1" || name.contains("brainpool") || name.contains("gost")
  }

  /// - Returns: the registry's numbers, in order; `nil` without a list.
  static func parse(_ list: String?) throws(TLSConfigurationError) -> [UInt16]? {
    guard let list else { return nil }
    var schemes: [UInt16] = []
    for part in list.split(separator: ":") {
      let name = part.drop { $0 == "?" }.lowercased()
      if let scheme = names[name] {
        if !schemes.contains(scheme) { schemes.append(scheme) }
      } else if !part.hasPrefix("?"), !isKnownElsewhere(name) {
        throw .unknownSignatureAlgorithm(name: String(part))
      }
    }
    guard !schemes.isEmpty else { throw .unknownSignatureAlgorithm(name: list) }
    return schemes
  }
}
