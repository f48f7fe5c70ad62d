import PKI

/// The certificate is what RFC 5280 §4 says a certificate is, as far as trusting it depends on that.
enum FormatRule {
  static func check(_ path: CandidatePath, _ depth: Int, _ findings: inout [Refusal]) {
    let examined = path.certificates[depth]
    func refuse(_ rule: Rule, _ detail: String) {
      findings.append(Refusal(rule: rule, depth: depth, certificate: examined.certificate, detail: detail))
    }
    if let fault = examined.facts.malformed { refuse(.malformedExtension, fault) }
    if let fault = examined.facts.malformedName { refuse(.malformedName, fault) }
    checkHead(examined.certificate, refuse)
    checkNames(examined, isLeaf: depth == 0, refuse)
  }

  private static func checkHead(_ certificate: Certificate, _ refuse: (Rule, String) -> Void) {
    // RFC 5280 §4.1.2.2: at most 20 octets. Zero and negative numbers are to be put up with, says the same clause.
    if certificate.serialNumber.bytes.count > 20 {
      refuse(.invalidSerialNumber, "\(certificate.serialNumber.bytes.count) octets")
    }
    if certificate.signatureAlgorithm != certificate.tbsSignatureAlgorithm {
      refuse(.signatureAlgorithmMismatch, "")
    }
  }

  private static func checkNames(_ examined: ExaminedCertificate, isLeaf: Bool, _ refuse: (Rule, String) -> Void) {
    let certificate = examined.certificate
    // RFC 5280 §4.1.2.4.
    if certificate.issuer.isEmpty { refuse(.emptyIssuer, "") }
    guard certificate.subject.isEmpty else { return }
    // RFC 5280 §4.1.2.6: a CA has a subject; others may leave it to a subjectAltName, which is critical then.
    if !isLeaf || examined.facts.basicConstraints?.isCA == true {
      refuse(.emptySubject, "a CA without subject")
    } else if examined.facts.subjectAlternativeName == nil {
      refuse(.emptySubject, "no subject and no subjectAltName")
    } else if certificate.extension(.subjectAlternativeName)?.critical != true {
      refuse(.emptySubject, "no subject, and the subjectAltName is not critical")
    }
  }
}
