import Cryptography

extension OCSPResponse {
  /// The response for people, after the manner of `openssl ocsp -resp_text`. Control characters are escaped.
  public var text: String {
    var outline = TextOutline()
    outline.section("OCSP Response Data:") { outline in
      outline.line("OCSP Response Status: \(status) (0x\(String(status.rawValue, radix: 16)))")
      basic?.write(to: &outline)
    }
    return outline.text
  }
}

extension BasicOCSPResponse {
  func write(to outline: inout TextOutline) {
    outline.line("Response Type: Basic OCSP Response")
    outline.line("Version: 1 (0x0)")
    switch responderID {
    case .name(let name): outline.line("Responder Id: \(name.rfc2253)")
    case .key(let hash): outline.line("Responder Id: \(Hexadecimal.upper(hash))")
    }
    outline.line("Produced At: \(producedAt.opensslText)")
    outline.section("Responses:") { for response in responses { response.write(to: &$0) } }
    if !extensions.isEmpty {
      outline.section("Response Extensions:") { for item in extensions { item.write(to: &$0) } }
    }
    outline.section("Signature Algorithm: \(signatureAlgorithm.oid.displayName)") { $0.octets(signatureValue) }
  }
}

extension OCSPSingleResponse {
  func write(to outline: inout TextOutline) {
    outline.section("Certificate ID:") { certID.write(to: &$0) }
    switch status {
    case .good: outline.line("Cert Status: good")
    case .unknown: outline.line("Cert Status: unknown")
    case .revoked(let date, let reason):
      outline.line("Cert Status: revoked")
      outline.line("Revocation Time: \(date.opensslText)")
      if let reason { outline.line("Revocation Reason: \(reason.name) (0x\(String(reason.rawValue, radix: 16)))") }
    }
    outline.line("This Update: \(thisUpdate.opensslText)")
    if let nextUpdate { outline.line("Next Update: \(nextUpdate.opensslText)") }
    for item in extensions { item.write(to: &outline) }
  }
}

extension OCSPCertID {
  func write(to outline: inout TextOutline) {
    outline.line("Hash Algorithm: \(hashAlgorithm.hash?.name ?? "\(hashAlgorithm.oid)")")
    outline.line("Issuer Name Hash: \(Hexadecimal.upper(issuerNameHash))")
    outline.line("Issuer Key Hash: \(Hexadecimal.upper(issuerKeyHash))")
    outline.line("Serial Number: \(serialNumber.hexString)")
  }
}

extension OCSPRequest {
  /// The request for people, after the manner of `openssl ocsp -req_text`.
  public var text: String {
    var outline = TextOutline()
    outline.section("OCSP Request Data:") { outline in
      outline.line("Version: 1 (0x0)")
      outline.section("Requestor List:") {
        for item in items { $0.section("Certificate ID:") { item.certID.write(to: &$0) } }
      }
      if !extensions.isEmpty {
        outline.section("Request Extensions:") { for item in extensions { item.write(to: &$0) } }
      }
    }
    return outline.text
  }
}
