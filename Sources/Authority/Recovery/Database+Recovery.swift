import FoundationEssentials
import GRDB
import PKI

extension Database {
  /// - Returns: false when the ledger has the certificate already.
  func insert(_ found: RecoveryFiles.Found, of issuer: AuthorityRecord, layout: Layout, at now: UnixTime) throws -> Bool
  {
    let certificate = found.certificate
    let serial = certificate.serialNumber.hexString
    let isKnown =
      try Bool.fetchOne(
        self, sql: "SELECT EXISTS (SELECT 1 FROM certificate WHERE authorityID = ? AND serial = ?)",
        arguments: [issuer.id, serial]) ?? false
    guard !isKnown else { return false }
    let names = (try? certificate.subjectAlternativeName())?.map(\.description) ?? []
    let key = found.keyPath(layout)
    try execute(
      sql: """
        INSERT INTO certificate (authorityID, serial, state, origin, profile, name, folder, subject, alternativeNames,
          notBefore, notAfter, certificate, fingerprint, publicKeyHash, keyPath, csrPath, certificatePath, createdAt)
        VALUES (?, ?, 'issued', 'imported', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        issuer.id, serial, found.profile, found.name ?? certificate.subject.commonName ?? serial, found.folder,
        certificate.subject.rfc2253, names.joined(separator: "\n"), certificate.notBefore.seconds,
        certificate.notAfter.seconds, Data(certificate.der), certificate.sha256Text, certificate.publicKey?.hashText,
        key.map(layout.stored), found.csrPath.map(layout.stored), found.name == nil ? nil : layout.stored(found.path),
        now.seconds,
      ])
    try indexNames(
      ofCertificate: lastInsertedRowID, subject: certificate.subject.rfc2253, alternativeNames: names)
    return true
  }

  /// A certificate that nothing is known of but its revocation gets a row: its serial is taken.
  func revoke(_ entry: RevokedEntry, of authority: AuthorityRecord) throws {
    let serial = entry.serialNumber.hexString
    try execute(
      sql: """
        INSERT OR IGNORE INTO certificate (authorityID, serial, state, origin, profile, name, folder, subject,
          alternativeNames, notAfter, createdAt)
        VALUES (?, ?, 'issued', 'imported', 'unknown', '', '', 'unknown', '', ?, ?)
        """,
      arguments: [authority.id, serial, authority.certificate.notAfter.seconds, entry.revocationDate.seconds])
    try execute(
      sql: """
        UPDATE certificate SET state = 'issued', revokedAt = ?, reason = ?, invalidityDate = ?
        WHERE authorityID = ? AND serial = ?
        """,
      arguments: [
        entry.revocationDate.seconds, (entry.reason ?? .unspecified).rawValue, entry.invalidityDate?.seconds,
        authority.id, serial,
      ])
    try execute(sql: "UPDATE authority SET crlIsStale = 1 WHERE id = ?", arguments: [authority.id])
  }

  /// The newest list becomes the last one written, so that the next has a higher number.
  func adopt(_ list: CertificateRevocationList, number: String, of authority: AuthorityRecord) throws {
    let life = list.nextUpdate.map { $0.seconds - list.thisUpdate.seconds }
    try execute(
      sql: "UPDATE authority SET crlNumber = ?, crl = ?, crlNextUpdate = ?, crlLifetime = ? WHERE id = ?",
      arguments: [
        number, Data(list.der), list.nextUpdate?.seconds, max(60, life ?? authority.crlLifetime), authority.id,
      ])
  }
}

extension RecoveryFiles.Found {
  /// The key beside it, where it fits or cannot be looked at.
  fileprivate func keyPath(_ layout: Layout) -> String? {
    guard let path = beside(".key") else { return nil }
    guard let key = try? KeyFile.read(path, passphrase: { nil }) else { return path }
    return key.publicKey.subjectPublicKeyInfo == certificate.subjectPublicKeyInfo ? path : nil
  }

  fileprivate var csrPath: String? { beside(".csr") }

  private func beside(_ suffix: String) -> String? {
    guard name != nil else { return nil }
    let path = FilePaths.parent(of: path) + "/" + FilePaths.stem(of: path) + suffix
    return FilePaths.exists(path) ? path : nil
  }

  fileprivate var profile: String {
    if (try? certificate.basicConstraints())?.isCA == true { return "intermediate_ca" }
    if folder == "ca", (try? certificate.extendedKeyUsage())?.purposes == [.ocspSigning] {
      return OCSPSignerRequest.profileName
    }
    return certificate.likelyProfile
  }
}
