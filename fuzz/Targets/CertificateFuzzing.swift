import Cryptography
import PKI
import Trust

/// Certificates, lists, requests and statuses in DER.
enum CertificateFuzzing {
  static func certificate(_ bytes: [UInt8]) {
    guard let certificate = try? Certificate(der: bytes) else { return }
    expect(certificate.der == bytes, "a certificate keeps its bytes")
    expect((try? Certificate(pem: certificate.pem)) == certificate, "PEM gives the certificate back")
    _ = certificate.text
    names(certificate.subject)
    names(certificate.issuer)
    if let key = certificate.publicKey { _ = certificate.isSigned(by: key) }
    check(certificate, BasicConstraints.self)
    check(certificate, KeyUsage.self)
    check(certificate, ExtendedKeyUsage.self)
    check(certificate, SubjectAlternativeName.self)
    check(certificate, NameConstraints.self)
    check(certificate, CertificatePolicies.self)
    check(certificate, PolicyMappings.self)
    check(certificate, PolicyConstraints.self)
    check(certificate, CRLDistributionPoints.self)
    check(certificate, AuthorityInformationAccess.self)
    check(certificate, AuthorityKeyIdentifier.self)
    _ = ClientIdentity(certificate).addressTexts
    let verifier = Verifier(
      snapshot: TrustSnapshot(generation: 1, anchors: [certificate]), policy: VerificationPolicy(purpose: .any))
    let verdict = verifier.verdict(on: PresentedChain([bytes]), at: ChainFuzzing.moment)
    _ = (verdict.verifyText, verdict.identity)
  }

  /// What an extension means survives being written and read again.
  private static func check<Value: ExtensionValue>(_ certificate: Certificate, _ type: Value.Type) {
    guard let value = try? certificate.value(of: type) else { return }
    let again = try? CertificateExtension(value).decoded(as: type)
    expect(again == value, "an extension is read back as it was written")
  }

  private static func names(_ name: DistinguishedName) {
    expect(name.matches(name), "a name matches itself")
    expect(name.contains(name), "a name is below itself")
    expect((try? DistinguishedName(der: name.der)) == name, "a name is read back")
    _ = (name.oneLine, name.commonName, name.hasEmbeddedNUL)
    if let again = try? DistinguishedName(parsing: name.rfc2253), !name.isEmpty {
      expect(again.rdns.count == name.rdns.count, "a name's text has as many parts")
    }
  }

  static func revocationList(_ bytes: [UInt8]) {
    let index = try? CRLIndex(der: [bytes])
    guard let list = try? CertificateRevocationList(der: bytes) else { return }
    _ = (list.text, try? list.crlNumber(), try? list.issuingDistributionPoint(), try? list.freshestCRL())
    var count = 0
    for entry in list.entries.prefix(1000) {
      _ = (entry.reason, entry.invalidityDate, entry.certificateIssuer)
      count += 1
    }
    expect(count == min(1000, list.entries.count), "as many entries as were counted")
    if let index { expect(index.entryCount <= list.entries.count, "the index has no entry of its own") }
    if let key = ChainFuzzing.root?.publicKey { _ = list.isSigned(by: key) }
  }

  static func request(_ bytes: [UInt8]) {
    guard let request = try? CertificateSigningRequest(der: bytes) else { return }
    expect(request.der == bytes, "a request keeps its bytes")
    _ = (request.text, try? request.requestedExtensions(), request.isSelfSignatureValid)
    names(request.subject)
  }

  static func statusRequest(_ bytes: [UInt8]) {
    guard let request = try? OCSPRequest(der: bytes) else { return }
    _ = (request.text, try? request.nonce())
    expect((try? OCSPRequest(der: request.der))?.items == request.items, "a request is read back as it was written")
  }

  static func statusResponse(_ bytes: [UInt8]) {
    if let response = try? OCSPResponse(der: bytes) { _ = response.text }
    guard let leaf = ChainFuzzing.known.first, ChainFuzzing.known.count > 1 else { return }
    let judge = OCSPJudge(certificate: leaf, issuer: ChainFuzzing.known[1])
    _ = judge.assess(bytes, nonce: [1], at: ChainFuzzing.moment)
  }
}
