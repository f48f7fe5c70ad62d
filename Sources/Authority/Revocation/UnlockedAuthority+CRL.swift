import Cryptography
import PKI

extension UnlockedAuthority {
  /// A full CRL (RFC 5280 §5.1) in DER.
  func crl(_ entries: [RevokedEntry], number: CRLCounter, thisUpdate: UnixTime, nextUpdate: UnixTime)
    throws(AuthorityError) -> [UInt8]
  {
    let identifier = try KeyIdentifiers.issuerIdentifier(certificate) ?? []
    do {
      return try CertificateRevocationList.build(
        issuer: certificate.subject, key: key, thisUpdate: thisUpdate, nextUpdate: nextUpdate,
        crlNumber: SerialNumber(magnitude: number.magnitude), authorityKeyIdentifier: identifier, entries: entries
      ).der
    } catch {
      throw .cryptography(operation: "signing the CRL", problem: "\(FaultText.of(error))")
    }
  }
}

extension RevokedEntry {
  /// - Parameter holdInstruction: a dotted OID, or one of the three names RFC 3280 gave (openssl writes both).
  init(
    _ serial: SerialNumber, date: UnixTime, reason: RevocationReason, invalidityDate: UnixTime?,
    holdInstruction: String?
  ) {
    self.init(serialNumber: serial, revocationDate: date, reason: reason, invalidityDate: invalidityDate)
    guard let oid = holdInstruction.flatMap(Self.holdInstruction) else { return }
    let value = DERWriter.bytes { $0.objectIdentifier(oid.bytes) }
    extensions.insert(CertificateExtension(oid: .holdInstructionCode, value: value), at: 1)
  }

  private static func holdInstruction(_ text: String) -> OID? {
    let known = ["holdInstructionNone": 1, "holdInstructionCallIssuer": 2, "holdInstructionReject": 3]
    return known[text].flatMap { OID("1.2.840.10040.2.\($0)") } ?? OID(text)
  }
}
