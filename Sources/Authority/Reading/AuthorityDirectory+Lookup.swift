import GRDB
import PKI

/// Finding certificates by what operators have at hand: a serial number, a name, a fingerprint.
extension AuthorityDirectory {
  /// Those of the ledger that the filter accepts.
  public func certificates(_ filter: CertificateFilter = CertificateFilter()) throws(AuthorityError)
    -> [CertificateRecord]
  {
    let now = actor.now
    let found = try ledger.certificates(filter, layout: layout, at: now)
    guard filter.expiringBefore != nil else { return found }
    // Of what ends soon the renewed is of no concern, whichever CA signed the successor.
    var valid = CertificateFilter()
    valid.statuses = [.valid]
    let successors = Successors(try ledger.certificates(valid, layout: layout, at: now))
    return found.filter { !successors.has($0) }
  }

  /// Every certificate that `query` stands for: a serial number or SHA-256 fingerprint in hexadecimal (with or without
  /// `0x` and colons), a name (`alice`, `client/alice`), a subject, its common name or an alternative name
  /// (`a.example`, `dns:a.example`). A path (`./alice.crt`) stands for the certificate in the file.
  ///
  /// - Throws: ``AuthorityError/notFound(query:near:file:)``; ``AuthorityError/ambiguous(query:candidates:)`` when
  ///   certificates of several names fit.
  public func matches(_ query: String) throws(AuthorityError) -> [CertificateRecord] {
    try resolve(query) { _ in true }
  }

  /// The certificate of the ledger that is in the file.
  public func recorded(file: String) throws(AuthorityError) -> CertificateRecord {
    let certificate = try CertificateFile.read(file)
    let found = try ledger.certificates(
      where: "state = 'issued' AND fingerprint = ?", [certificate.sha256Text], layout: layout)
    if let record = found.first { return record }
    // Imported rows may lack the certificate itself.
    let bySerial = try ledger.certificates(
      where: "state = 'issued' AND serial = ? AND certificate.certificate IS NULL",
      [certificate.serialNumber.hexString], layout: layout)
    guard let record = bySerial.first else {
      throw .notRecorded(file: file, serial: certificate.serialNumber.hexString)
    }
    return record
  }

  /// The one certificate that `query` stands for: of those with one name, the newest that is not revoked.
  public func newest(_ query: String) throws(AuthorityError) -> CertificateRecord {
    let found = try resolve(query) { $0.revocation == nil }
    guard let best = found.last(where: { $0.revocation == nil }) ?? found.last else { throw .notFound(query: query) }
    return best
  }

  /// What `revoke` is to revoke: by a name, everything unexpired that is not revoked yet.
  public func revocable(_ query: String) throws(AuthorityError) -> [CertificateRecord] {
    let now = actor.now
    func isOpen(_ record: CertificateRecord) -> Bool { record.status(at: now) != .revoked && record.notAfter >= now }
    let found = try resolve(query, preferring: isOpen)
    guard found.count > 1 else { return found }
    let open = found.filter(isOpen)
    return open.isEmpty ? Array(found.suffix(1)) : open
  }

  /// What taking back a hold is about.
  public func held(_ query: String) throws(AuthorityError) -> [CertificateRecord] {
    let found = try resolve(query) { $0.revocation?.reason == .certificateHold }
    let held = found.filter { $0.revocation?.reason == .certificateHold }
    return held.isEmpty ? Array(found.suffix(1)) : held
  }

  /// - Parameter preferring: where some fit, the others don't make the query ambiguous.
  private func resolve(_ query: String, preferring isPreferred: (CertificateRecord) -> Bool) throws(AuthorityError)
    -> [CertificateRecord]
  {
    guard !query.isEmpty else { throw .notFound(query: query) }
    if CertificateQuery.isPath(query) { return [try recorded(file: query)] }
    let found = try recorded(query)
    guard !found.isEmpty else {
      let isFile = FilePaths.exists(query) && !FilePaths.isFolder(query)
      if isFile, query.contains("/") { return [try recorded(file: query)] }
      throw .notFound(query: query, near: try near(query), file: isFile ? query : nil)
    }
    let preferred = found.filter(isPreferred)
    let considered = preferred.isEmpty ? found : preferred
    guard Set(considered.map(\.label)).count < 2, Set(considered.map(\.authority)).count < 2 || !isSerial(query) else {
      let now = actor.now
      throw .ambiguous(query: query, candidates: considered.map { CertificateQuery.line($0, at: now) })
    }
    return found.filter { $0.label == considered[0].label }
  }

  private func recorded(_ query: String) throws(AuthorityError) -> [CertificateRecord] {
    let parts = query.split(separator: "/", maxSplits: 1)
    if parts.count == 2, ["server", "client", "ca"].contains(parts[0]) {
      let labelled = try ledger.certificates(
        where: "state = 'issued' AND folder = ? AND certificate.name = ?", [String(parts[0]), String(parts[1])],
        layout: layout)
      if !labelled.isEmpty { return labelled }
    }
    let keys = CertificateNames.candidates(query)
    let marks = keys.map { _ in "?" }.joined(separator: ",")
    let digits = CertificateQuery.hexDigits(query) ?? ""
    let serial = SerialNumber(hex: digits)?.hexString ?? ""
    return try ledger.certificates(
      where: """
        state = 'issued' AND (certificate.name = ? OR serial = ? OR fingerprint = ?
          OR certificate.id IN (SELECT certificateID FROM certificateName WHERE name IN (\(marks))))
        """, [query, serial, digits.lowercased()] + StatementArguments(keys), layout: layout)
  }

  private func isSerial(_ query: String) -> Bool { CertificateQuery.hexDigits(query) != nil }

  /// What the operator may have meant; each finds something when it is given instead.
  private func near(_ query: String) throws(AuthorityError) -> [String] {
    let names = try ledger.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT certificate.folder AS folder, certificate.name AS label, serial, certificateName.name AS text
          FROM certificate LEFT JOIN certificateName ON certificateID = certificate.id
          WHERE state = 'issued' ORDER BY certificate.id DESC LIMIT 200000
          """
      ).map { row in
        CertificateQuery.Known(
          folder: row["folder"], name: row["label"], serial: row["serial"], key: row["text"] as String? ?? "")
      }
    }
    return CertificateQuery.near(query, among: names)
  }
}
