import PKI

extension KeyUsage {
  /// The bit that RFC 5280 §4.2.1.3 calls so; `nonRepudiation` is the older name of `contentCommitment`.
  static func named(_ name: String) -> KeyUsage? {
    let bits: [String: KeyUsage] = [
      "digitalSignature": .digitalSignature, "contentCommitment": .contentCommitment,
      "nonRepudiation": .contentCommitment, "keyEncipherment": .keyEncipherment, "dataEncipherment": .dataEncipherment,
      "keyAgreement": .keyAgreement, "keyCertSign": .keyCertSign, "cRLSign": .cRLSign, "encipherOnly": .encipherOnly,
      "decipherOnly": .decipherOnly,
    ]
    return bits[name]
  }
}
