import Cryptography
import PKI

@testable import Trust

/// The moment at which tests judge.
let now = UnixTime(1_800_000_000)
let day: Int64 = 86_400

func name(_ commonName: String) -> DistinguishedName {
  DistinguishedName(rdns: [[AttributeTypeAndValue(.commonName, commonName)]])
}

/// A certificate and its key, able to sign others.
struct Holder {
  var certificate: Certificate
  var key: PrivateKey

  typealias Change = (inout CertificateTemplate) -> Void

  static func root(_ subject: String = "Root", key: PrivateKey? = nil, _ change: Change = { _ in }) throws -> Holder {
    let key = try key ?? PrivateKey.generate(.p256)
    var template = try Self.template(subject, key, issuer: name(subject), serial: 1)
    template.set(BasicConstraints(isCA: true), critical: true)
    template.set(KeyUsage([.keyCertSign, .cRLSign]), critical: true)
    change(&template)
    return Holder(certificate: try template.signed(by: key), key: key)
  }

  func authority(
    _ subject: String = "CA", serial: UInt8 = 2, key: PrivateKey? = nil, _ change: Change = { _ in }
  ) throws -> Holder {
    try issue(subject, serial: serial, key: key) { template in
      template.set(BasicConstraints(isCA: true), critical: true)
      template.set(KeyUsage([.keyCertSign, .cRLSign]), critical: true)
      template.remove(.extendedKeyUsage)
      change(&template)
    }
  }

  func client(_ subject: String = "client", serial: UInt8 = 3, _ change: Change = { _ in }) throws -> Holder {
    try issue(subject, serial: serial, key: nil) { template in
      template.set(KeyUsage.digitalSignature, critical: true)
      template.set(ExtendedKeyUsage([.clientAuth]))
      change(&template)
    }
  }

  private func issue(_ subject: String, serial: UInt8, key: PrivateKey?, _ change: Change) throws -> Holder {
    let key = try key ?? PrivateKey.generate(.p256)
    var template = try Self.template(subject, key, issuer: certificate.subject, serial: serial)
    template.set(AuthorityKeyIdentifier(keyIdentifier: try SubjectKeyIdentifier(of: self.key.publicKey).bytes))
    change(&template)
    return Holder(certificate: try template.signed(by: self.key), key: key)
  }

  private static func template(
    _ subject: String, _ key: PrivateKey, issuer: DistinguishedName, serial: UInt8
  ) throws -> CertificateTemplate {
    var template = CertificateTemplate(
      serialNumber: SerialNumber(magnitude: [serial]), issuer: issuer, subject: name(subject),
      notBefore: UnixTime(now.seconds - day), notAfter: UnixTime(now.seconds + 365 * day),
      subjectPublicKeyInfo: key.publicKey.subjectPublicKeyInfo)
    template.set(try SubjectKeyIdentifier(of: key.publicKey))
    return template
  }

  /// A CRL of this authority with these serials.
  func crl(
    _ revoked: [UInt8] = [], number: UInt8 = 1, thisUpdate: Int64 = -day, nextUpdate: Int64 = day,
    extensions: [CertificateExtension] = [], signedBy signer: PrivateKey? = nil
  ) throws -> CertificateRevocationList {
    try CertificateRevocationList.build(
      issuer: certificate.subject, key: signer ?? key, thisUpdate: UnixTime(now.seconds + thisUpdate),
      nextUpdate: UnixTime(now.seconds + nextUpdate), crlNumber: SerialNumber(magnitude: [number]),
      authorityKeyIdentifier: SubjectKeyIdentifier(of: key.publicKey).bytes,
      entries: revoked.map { RevokedEntry(serialNumber: SerialNumber(magnitude: [$0]), revocationDate: now) },
      additionalExtensions: extensions)
  }
}

extension CertificateTemplate {
  mutating func set(_ value: some ExtensionValue, critical: Bool = false) {
    remove(type(of: value).oid)
    extensions.append(CertificateExtension(value, critical: critical))
  }

  mutating func remove(_ oid: OID) { extensions.removeAll { $0.oid == oid } }
}

/// Judges `chain` under `trust`, as a client's certificate unless told otherwise.
func judge(
  _ chain: [Holder], trust: [Holder], crls: [CertificateRevocationList]? = nil, at moment: UnixTime = now,
  _ change: (inout VerificationPolicy) -> Void = { _ in }
) throws -> Verdict {
  let snapshot = TrustSnapshot(
    generation: 1, authorities: trust.map(\.certificate), crls: try crls.map { try CRLIndex($0) })
  var policy = VerificationPolicy(purpose: .client, revocation: crls == nil ? .off : .chain)
  change(&policy)
  return Verifier(snapshot: snapshot, policy: policy).verdict(
    on: PresentedChain(chain.map(\.certificate.der)), at: moment)
}
