import Authority

/// What is said after a CA came into being.
struct AuthorityReport {
  let directory: AuthorityDirectory
  let name: String

  init(_ directory: AuthorityDirectory, name: String = "ca") {
    self.directory = directory
    self.name = name
  }

  private struct Facts: Encodable {
    let name, subject, key, certificate, crl, notAfter, sha256: String
    let chain: String?
  }

  func print(json: Bool) throws {
    let record = try directory.authority(name)
    let files = directory.layout.authority(name)
    if json {
      let facts = Facts(
        name: name, subject: record.certificate.subject.rfc2253, key: files.key, certificate: files.certificate,
        crl: files.crl, notAfter: record.certificate.notAfter.rfc3339, sha256: record.certificate.sha256Text,
        chain: record.above.isEmpty ? nil : files.chain)
      return Swift.print(JSONText.of(facts))
    }
    for path in directory.kept { StandardError.write("note: kept what was there as \(path)") }
    Swift.print("CA \(record.certificate.subject.rfc2253)")
    Swift.print("  key          \(files.key)")
    Swift.print("  certificate  \(files.certificate)")
    if !record.above.isEmpty { Swift.print("  chain        \(files.chain)") }
    Swift.print("  CRL          \(files.crl)")
    Swift.print("  valid until  \(record.certificate.notAfter.rfc3339)")
    Swift.print("  SHA-256      \(record.certificate.sha256Text)")
  }
}
