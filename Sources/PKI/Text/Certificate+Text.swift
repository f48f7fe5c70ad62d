import Cryptography

extension Certificate {
  /// The certificate for people, after the manner of `openssl x509 -text`. Control characters are escaped.
  public var text: String {
    var outline = TextOutline()
    outline.section("Certificate:") { outline in
      outline.section("Data:") { write(to: &$0) }
      outline.section("Signature Algorithm: \(signatureAlgorithm.oid.displayName)") { $0.octets(signatureValue) }
      outline.line("SHA256 Fingerprint: \(Hexadecimal.colons(fingerprint(.sha256)))")
    }
    return outline.text
  }

  private func write(to outline: inout TextOutline) {
    outline.line("Version: \(version + 1) (0x\(version))")
    outline.line("Serial Number: \(serialNumber.hexString)")
    outline.line("Signature Algorithm: \(tbsSignatureAlgorithm.oid.displayName)")
    outline.line("Issuer: \(issuer.rfc2253)")
    outline.section("Validity") {
      $0.line("Not Before: \(notBefore.opensslText)")
      $0.line("Not After : \(notAfter.opensslText)")
    }
    outline.line("Subject: \(subject.rfc2253)")
    outline.section("Subject Public Key Info:") {
      $0.line("Public Key Algorithm: \(publicKeyAlgorithm.oid.displayName)")
      if let publicKey { $0.line("Public Key: \(publicKey.type)") }
      $0.octets(publicKeyBits)
    }
    guard !extensions.isEmpty else { return }
    outline.section("X509v3 extensions:") { for item in extensions { item.write(to: &$0) } }
  }
}

extension CertificateSigningRequest {
  /// The request for people, after the manner of `openssl req -text`. Control characters are escaped.
  public var text: String {
    var outline = TextOutline()
    outline.section("Certificate Request:") {
      $0.line("Subject: \(subject.rfc2253)")
      $0.line("Public Key: \(publicKey?.type.description ?? "unknown")")
      if challengePassword != nil { $0.line("challengePassword: (present)") }
      if let extensions = try? requestedExtensions(), !extensions.isEmpty {
        $0.section("Requested Extensions:") { for item in extensions { item.write(to: &$0) } }
      }
      $0.line("Signature Algorithm: \(signatureAlgorithm.oid.displayName)")
      $0.line("Self Signature: \(isSelfSignatureValid ? "valid" : "invalid")")
    }
    return outline.text
  }
}
