import Authority

/// What is said after a CA came into being.
struct AuthorityReport {
  let directory: AuthorityDirectory
  let name: String

  init(_ directory: AuthorityDirectory, name: String = "ca") {
    self.directory = directory
    self.name = name
  }

  func print() throws {
    let record = try directory.authority(name)
    let files = directory.layout.authority(name)
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
