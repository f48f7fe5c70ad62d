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
    guard let cipher = SSL_get_cipher_by_value(id), let name = SSL_CIPHER_get_name(cipher) else { return nil }
    return String(cString: name)
  }

  private static func groupName(_ id: UInt16) -> String? { NamedGroup(rawValue: id)?.openSSLName }

  private static func schemeName(_ id: UInt16) -> String? {
    guard id != 0, let name = SSL_get_signature_algorithm_name(id, 1) else { return nil }
    return String(cString: name)
  }
}

private func hex(_ value: UInt16) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 4 - digits.count) + digits
}
