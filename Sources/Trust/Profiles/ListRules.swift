import PKI

/// CRLs (RFC 5280 §5).
extension ProfileRule {
  static let listRules: [ProfileRule] = [
    ProfileRule(
      "crl.version", "RFC 5280 §5.1.2.1", "A CRL is of version 2.", list: { $0.form.isVersion2 ? nil : "version 1" }),
    ProfileRule(
      "crl.times", "RFC 5280 §5.1.2.4 to §5.1.2.6", "Dates through 2049 are written as UTCTime.",
      list: { $0.form.hasEarlyGeneralizedTime ? "a GeneralizedTime before 2050" : nil }),
    ProfileRule(
      "crl.nextUpdate", "RFC 5280 §5.1.2.5", "A CRL says when the next one comes.",
      list: { $0.nextUpdate == nil ? "missing" : nil }),
    ProfileRule(
      "crl.revokedCertificates", "RFC 5280 §5.1.2.6", "Where nothing is revoked the list of entries is left out.",
      list: { $0.form.hasEmptyEntries ? "an empty list" : nil }),
    ProfileRule(
      "crl.authorityKeyIdentifier", "RFC 5280 §5.2.1", "A CRL names the key that signed it.",
      list: { $0.keyIdentifier == nil ? "no keyIdentifier" : nil }),
    ProfileRule("crl.number", "RFC 5280 §5.2.3", "A CRL has a number.", list: { $0.number == nil ? "missing" : nil }),
    ProfileRule(
      "crl.number.critical", "RFC 5280 §5.2.3", "A CRL's number is not critical.",
      list: { $0.form.criticality[.crlNumber] == true ? "critical" : nil }),
    ProfileRule(
      "crl.number.length", "RFC 5280 §5.2.3", "A CRL's number is not negative and has 20 octets at most.",
      list: { head in
        if head.form.hasNegativeNumber { return "negative" }
        return head.form.numberOctets > 20 ? "\(head.form.numberOctets) octets" : nil
      }),
    ProfileRule(
      "crl.delta.critical", "RFC 5280 §5.2.4", "The indicator of a delta CRL is critical.",
      list: { $0.form.criticality[.deltaCRLIndicator] == false ? "not critical" : nil }),
    ProfileRule(
      "crl.scope.critical", "RFC 5280 §5.2.5", "issuingDistributionPoint is critical.",
      list: { $0.form.criticality[.issuingDistributionPoint] == false ? "not critical" : nil }),
    ProfileRule(
      "crl.scope", "RFC 5280 §5.2.5",
      "issuingDistributionPoint says something, and names one kind of certificates at most.", list: scope),
    ProfileRule(
      "crl.freshestCRL", "RFC 5280 §5.2.6", "freshestCRL is not critical, and stands in no delta CRL.",
      list: { head in
        guard let isCritical = head.form.criticality[.freshestCRL] else { return nil }
        return isCritical ? "critical" : head.isDelta ? "in a delta CRL" : nil
      }),
    ProfileRule(
      "crl.authorityInfoAccess", "RFC 5280 §5.2.7", "authorityInfoAccess is not critical.",
      list: { $0.form.criticality[.authorityInformationAccess] == true ? "critical" : nil }),
    ProfileRule(
      "crl.critical", "RFC 5280 §5.2 and §5.3", "A critical extension of a CRL or an entry is one that is known here.",
      everywhere: .crlCriticalExtension),
    ProfileRule(
      "crl.entry.reason", "RFC 5280 §5.3.1",
      "A reason is one of those there are, not critical, and removeFromCRL in a delta CRL alone.",
      list: { head in
        head.form.reasonFault ?? (head.form.hasRemoval && !head.isDelta ? "removeFromCRL in a complete CRL" : nil)
      }),
    ProfileRule(
      "crl.entry.certificateIssuer", "RFC 5280 §5.3.3",
      "certificateIssuer is critical, and stands in indirect CRLs alone.",
      list: { head in
        if head.form.hasPlainCertificateIssuer { return "not critical" }
        return head.form.hasCertificateIssuer && head.scope?.point.indirectCRL != true ? "in a direct CRL" : nil
      }),
  ]

  @Sendable private static func scope(_ head: RevocationListHead) -> String? {
    guard let point = head.scope?.point else { return nil }
    let kinds = [point.onlyContainsUserCerts, point.onlyContainsCACerts, point.onlyContainsAttributeCerts]
    if kinds.count(where: { $0 }) > 1 { return "several kinds of certificates" }
    let saysNothing = point == IssuingDistributionPoint()
    return saysNothing ? "empty" : nil
  }
}

/// How a CRL is written, as far as it does not matter to what it means.
struct RevocationListForm: Sendable {
  var isVersion2 = false
  var hasEarlyGeneralizedTime = false
  var hasEmptyEntries = false
  /// Of the extensions that are there.
  var criticality: [OID: Bool] = [:]
  var numberOctets = 0
  var hasNegativeNumber = false
  var reasonFault: String?
  var hasRemoval = false
  var hasCertificateIssuer = false
  /// One that is not critical.
  var hasPlainCertificateIssuer = false
}
