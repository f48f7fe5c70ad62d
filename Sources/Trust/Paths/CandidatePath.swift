import PKI

/// A path under judgement: nothing is proven by having one.
struct CandidatePath {
  /// Leaf first.
  var certificates: [ExaminedCertificate]
  /// Ends in a certificate that is trusted by itself.
  var isAnchored: Bool
  /// Depth of the first certificate that came from the snapshot; `certificates.count` when none did.
  var trustedFrom: Int

  var leaf: ExaminedCertificate { certificates[0] }
  var top: ExaminedCertificate { certificates[certificates.count - 1] }
  var topDepth: Int { certificates.count - 1 }

  /// The issuer of the certificate at `depth`, which for a self-signed top is the top.
  func issuer(of depth: Int) -> ExaminedCertificate? {
    if depth < topDepth { return certificates[depth + 1] }
    return certificates[depth].isSelfIssued ? certificates[depth] : nil
  }
}
