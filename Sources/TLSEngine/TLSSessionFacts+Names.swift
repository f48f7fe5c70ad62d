import CNIOBoringSSL

extension TLSSessionFacts {
  /// OpenSSL's name: `ECDHE-ECDSA-AES128-GCM-SHA256`, `TLS_AES_256_GCM_SHA384`.
  public var cipher: String { Self.cipherName(cipherID) ?? "0x" + hex(cipherID) }

  /// As `$ssl_curve`: `prime256v1`, `X25519`, `X25519MLKEM768`; `nil` without a group.
  public var group: String? { groupID == 0 ? nil : Self.groupName(groupID) ?? "0x" + hex(groupID) }

  /// As `$ssl_ciphers`: names joined by `:`, unknown ones in hexadecimal.
  public var clientCiphers: String {
    clientCipherIDs.map { Self.cipherName($0) ?? "0x" + hex($0) }.joined(separator: ":")
  }

  /// As `$ssl_curves`: names joined by `:`, unknown ones in hexadecimal.
  public var clientCurves: String {
    clientGroupIDs.map { Self.groupName($0) ?? "0x" + hex($0) }.joined(separator: ":")
  }

  /// As `$ssl_sigalgs`: names joined by `:`, unknown ones in hexadecimal.
  public var clientSigalgs: String {
    clientSchemes.map { Self.schemeName($0) ?? "0x" + hex($0) }.joined(separator: ":")
  }

  /// The name of our signature scheme: `ecdsa_secp256r1_sha256`.
  public var sigalg: String? { Self.schemeName(signatureScheme) }

  /// The name of the peer's signature scheme.
  public var peerSigalg: String? { Self.schemeName(peerSignatureScheme) }

  private static func cipherName(_ id: UInt16) -> String? {
    guard let cipher = SSL_get_cipher_by_value(id), let name = SSL_CIPHER_get_name(cipher) else {
      return ForeignCipherNames.names[id]
    }
    return String(cString: name)
  }

  private static func groupName(_ id: UInt16) -> String? {
    NamedGroup(rawValue: id)?.openSSLName ?? foreignGroups[id]
  }

  /// Groups that clients offer and the engine does not speak.
  private static let foreignGroups: [UInt16: String] = [
    22: "secp256k1", 26: "brainpoolP256r1", 27: "brainpoolP384r1", 28: "brainpoolP512r1", 30: "X448",
    0x100: "ffdhe2048", 0x101: "ffdhe3072", 0x102: "ffdhe4096", 0x103: "ffdhe6144", 0x104: "ffdhe8192",
    0x200: "MLKEM512", 0x201: "MLKEM768", 0x202: "MLKEM1024", 0x11EB: "SecP256r1MLKEM768",
    0x11ED: "SecP384r1MLKEM1024",
  ]

  private static func schemeName(_ id: UInt16) -> String? {
    guard id != 0, let name = SSL_get_signature_algorithm_name(id, 1) else { return nil }
    return String(cString: name)
  }
}

private func hex(_ value: UInt16) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 4 - digits.count) + digits
}
