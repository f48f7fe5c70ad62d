import PKI

/// The certificate is valid now (RFC 5280 §6.1.3 (a)(2)). Anchors too, as OpenSSL has it.
enum ValidityRule {
  static func check(_ path: CandidatePath, _ depth: Int, _ now: UnixTime, _ findings: inout [Refusal]) {
    let certificate = path.certificates[depth].certificate
    if now < certificate.notBefore {
      findings.append(
        Refusal(
          rule: .notYetValid, depth: depth, certificate: certificate,
          detail: "notBefore \(certificate.notBefore.rfc3339)"))
    }
    if now > certificate.notAfter {
      findings.append(
        Refusal(
          rule: .expired, depth: depth, certificate: certificate, detail: "notAfter \(certificate.notAfter.rfc3339)"))
    }
  }
}
