import GRDB
import PKI

/// Finding certificates by what operators have at hand: a serial number, a name, a file.
extension AuthorityDirectory {
  /// Those of the ledger that the filter accepts.
  public func certificates(_ filter: CertificateFilter = CertificateFilter()) throws(AuthorityError)
    -> [CertificateRecord]
  {
    try ledger.certificates(filter, layout: layout, at: actor.now)
  }

  /// Every certificate that `query` stands for: a certificate file, a serial number in hexadecimal (with or without
  /// `0x` and colons), a name (`alice`, `client/alice`).
  ///
  /// - Throws: ``AuthorityError/notFound(query:)``; ``AuthorityError/ambiguous(query:candidates:)`` when a name is used in
  ///   both folders or a serial number by two CAs.
  public func matches(_ query: String) throws(AuthorityError) -> [CertificateRecord] {
    if FilePaths.exists(query), !FilePaths.isFolder(query) { return [try recorded(file: query)] }
    let numbered = try bySerial(query)
    let found = numbered.isEmpty ? try byName(query) : numbered
    guard !found.isEmpty else { throw .notFound(query: query) }
    return found
  }

  /// The one certificate that `query` stands for: of those with one name, the newest that is not revoked.
  public func newest(_ query: String) throws(AuthorityError) -> CertificateRecord {
    let found = try matches(query)
    guard let best = found.last(where: { $0.revocation == nil }) ?? found.last else { throw .notFound(query: query) }
    return best
  }

  /// What `revoke` is to revoke: by a name, everything unexpired that is not revoked yet.
  public func revocable(_ query: String) throws(AuthorityError) -> [CertificateRecord] {
    let found = try matches(query)
    guard found.count > 1 else { return found }
    let now = actor.now
    let open = found.filter { $0.status(at: now) != .revoked && $0.notAfter >= now }
    return open.isEmpty ? Array(found.suffix(1)) : open
  }

  /// What taking back a hold is about.
  public func held(_ query: String) throws(AuthorityError) -> [CertificateRecord] {
    let found = try matches(query)
    let held = found.filter { $0.revocation?.reason == .certificateHold }
    return held.isEmpty ? Array(found.suffix(1)) : held
  }

  /// A certificate file must be one that the ledger has.
  private func recorded(file: String) throws(AuthorityError) -> CertificateRecord {
    let certificate = try CertificateFile.read(file)
    let found = try ledger.certificates(
      where: "state = 'issued' AND fingerprint = ?", [certificate.sha256Text], layout: layout)
    if let record = found.first { return record }
    // Imported rows may lack the certificate itself.
    let bySerial = try ledger.certificates(
      where: "state = 'issued' AND serial = ? AND certificate.certificate IS NULL",
      [certificate.serialNumber.hexString], layout: layout)
    guard let record = bySerial.first else { throw .notFound(query: file) }
    return record
  }

  private func bySerial(_ query: String) throws(AuthorityError) -> [CertificateRecord] {
    let plain = query.lowercased().hasPrefix("0x") ? String(query.dropFirst(2)) : query
    let digits = plain.filter { $0 != ":" }
    guard !digits.isEmpty, digits.allSatisfy(\.isHexDigit) else { return [] }
    guard let serial = SerialNumber(hex: digits.count.isMultiple(of: 2) ? digits : "0" + digits) else { return [] }
    let found = try ledger.certificates(
      where: "state = 'issued' AND serial = ?", [serial.hexString], layout: layout)
    guard found.count < 2 else {
      throw .ambiguous(query: query, candidates: found.map { "\($0.authority): \($0.label)" })
    }
    return found
  }

  private func byName(_ query: String) throws(AuthorityError) -> [CertificateRecord] {
    let parts = query.split(separator: "/", maxSplits: 1)
    if parts.count == 2, ["server", "client", "ca"].contains(parts[0]) {
      return try ledger.certificates(
        where: "state = 'issued' AND folder = ? AND certificate.name = ?", [String(parts[0]), String(parts[1])],
        layout: layout)
    }
    let found = try ledger.certificates(
      where: "state = 'issued' AND certificate.name = ?", [query], layout: layout)
    let labels = Set(found.map(\.label))
    guard labels.count < 2 else { throw .ambiguous(query: query, candidates: labels.sorted()) }
    return found
  }
}
