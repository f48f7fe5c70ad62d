import Cryptography

extension CertificateRevocationList {
  /// The list for people, after the manner of `openssl crl -text`. Control characters are escaped.
  public var text: String {
    var outline = TextOutline()
    outline.section("Certificate Revocation List (CRL):") { outline in
      outline.line("Version \(version + 1) (0x\(version))")
      outline.line("Signature Algorithm: \(tbsSignatureAlgorithm.oid.displayName)")
      outline.line("Issuer: \(issuer.rfc2253)")
      outline.line("Last Update: \(thisUpdate.opensslText)")
      outline.line("Next Update: \(nextUpdate?.opensslText ?? "NONE")")
      if !extensions.isEmpty {
        outline.section("CRL extensions:") { for item in extensions { item.write(to: &$0) } }
      }
      write(entries, to: &outline)
      outline.section("Signature Algorithm: \(signatureAlgorithm.oid.displayName)") { $0.octets(signatureValue) }
    }
    return outline.text
  }

  private func write(_ entries: RevokedEntries, to outline: inout TextOutline) {
    guard !entries.isEmpty else { return outline.line("No Revoked Certificates.") }
    outline.section("Revoked Certificates:") {
      for entry in entries {
        $0.section("Serial Number: \(entry.serialNumber.hexString)") {
          $0.line("Revocation Date: \(entry.revocationDate.opensslText)")
          for item in entry.extensions { item.write(to: &$0) }
        }
      }
    }
  }
}
