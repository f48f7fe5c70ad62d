import PKI

/// Purposes by the names of RFC 5280 §4.2.1.12, or as dotted OIDs.
enum ExtendedKeyUsageName {
  static func identifier(_ name: String) -> OID? {
    let known: [String: OID] = [
      "serverAuth": .serverAuth, "clientAuth": .clientAuth, "codeSigning": .codeSigning,
      "emailProtection": .emailProtection, "timeStamping": .timeStamping, "OCSPSigning": .ocspSigning,
      "anyExtendedKeyUsage": .anyExtendedKeyUsage,
    ]
    return known[name] ?? OID(name)
  }
}

extension Certificate {
  /// The built-in profile whose purposes these are: for certificates made elsewhere.
  var likelyProfile: String {
    guard let purposes = (try? extendedKeyUsage())?.purposes else { return "usr_cert" }
    switch (purposes.contains(.serverAuth), purposes.contains(.clientAuth)) {
    case (true, true): return "peer_cert"
    case (true, false): return "server_cert"
    default: return "usr_cert"
    }
  }
}
