import Cryptography
import FoundationEssentials
import GRDB
import PKI

extension AuthorityDirectory {
  /// Takes over a CA: all of it in one ledger transaction, or nothing.
  ///
  /// - Parameter passphrase: asked when the key is encrypted; the key stays encrypted with it, as PKCS#8.
  public static func importing(
    _ request: ImportRequest, into path: String, as actor: Operator, passphrase: () -> SecretBytes?
  ) throws(AuthorityError) -> (AuthorityDirectory, ImportReport) {
    var typed: SecretBytes?
    let plan = try ImportPlan(request, at: actor.now) {
      typed = passphrase()
      return typed
    }
    guard plan.damages.isEmpty || request.skipDamaged else { throw .importDamaged(plan.damages) }
    let directory = try prepare(path, as: actor)
    let notes = try directory.take(plan, request, protection: typed.map(KeyProtection.passphrase) ?? .unencrypted)
    let revoked = plan.certificates.count(where: \.isRevoked)
    let report = ImportReport(
      certificates: plan.certificates.count, revoked: revoked, damages: plan.damages, notes: plan.notes + notes)
    return (directory, report)
  }

  /// - Returns: notes for the operator.
  private func take(_ plan: ImportPlan, _ request: ImportRequest, protection: KeyProtection) throws(AuthorityError)
    -> [String]
  {
    try exclusively { () throws(AuthorityError) in
      guard try ledger.authorities().isEmpty else { throw .authorityExists(path: layout.authority("ca").certificate) }
      let files = layout.authority("ca")
      let copies = try ImportCopies(plan.certificates, into: layout, force: request.force)
      let staged = try stageImportedKey(plan, protection, files: files, copies: copies, force: request.force)
      let now = actor.now
      do throws(AuthorityError) {
        try ledger.write { database in
          let draft = AuthorityDraft(
            name: "ca", certificate: plan.authority, above: plan.above, isDefault: true,
            crlNumber: plan.crlNumber.hexString, crlLifetime: request.crlLifetime)
          let id = try draft.insert(into: database)
          for certificate in copies.certificates {
            try certificate.insert(into: database, authorityID: id, layout: layout, at: now)
          }
          try database.enqueue(importedFiles(plan, files: files, stagedKey: staged) + copies.files, in: layout)
          let what =
            "\(plan.certificates.count) certificates from \(plan.source.root), next serial \(plan.nextSerial ?? "unknown")"
          let entry = AuditEntry(action: .import, authority: "ca", what: what, why: request.why)
          try database.audit(entry, by: actor.name, at: now)
          let record = try database.authority(id: id)
          if let record {
            _ = try writeCRL(of: UnlockedAuthority(record: record, key: plan.key), lifetime: nil, in: database, at: now)
          }
        }
      } catch {
        copies.discard()
        if let staged { discard(staged) }
        throw error
      }
      if let failure = try ledger.publish(in: layout).first { throw failure }
      return copies.notes + remains(of: plan, copies)
    }
  }

  /// A CA that is taken over in its own place leaves nothing behind.
  private func remains(of plan: ImportPlan, _ copies: ImportCopies) -> [String] {
    let old = plan.source.root
    if FilePaths.isSame(old, layout.authorityFolder) || FilePaths.isSame(old, layout.root) { return [] }
    let remains = ImportRemains(of: old, taken: plan.read.union(copies.taken), besides: layout.root)
    let key = "\(plan.source.key) can still sign: remove \(old), or lock it away, once all is well here"
    return [remains.note, key].compactMap(\.self)
  }

  /// - Returns: nil when the key is in its place already, as after the guide's own commands.
  private func stageImportedKey(
    _ plan: ImportPlan, _ protection: KeyProtection, files: AuthorityFiles, copies: ImportCopies, force: Bool
  ) throws(AuthorityError) -> String? {
    guard !FilePaths.isSame(plan.source.key, files.key) else { return nil }
    guard force || !FilePaths.exists(files.key) else {
      copies.discard()
      throw .authorityRemains(directory: layout.root, file: files.key, isForeign: false)
    }
    kept = try SupersededKey.keep(files, at: actor.now)
    let staged = AtomicFile.temporaryPath(for: files.key)
    try AtomicFile.create(try protection.pem(plan.key), at: staged)
    AtomicFile.flushFolder(of: staged)
    return staged
  }

  private func importedFiles(_ plan: ImportPlan, files: AuthorityFiles, stagedKey: String?) -> [Publication] {
    var publications: [Publication] = []
    if let stagedKey { publications.append(.key(files.key, staged: stagedKey)) }
    publications.append(.file(files.certificate, plan.authority.pem))
    if !plan.above.isEmpty {
      publications.append(.file(files.chain, ([plan.authority] + plan.above).flatMap(\.pem)))
    }
    return publications
  }
}

extension ImportedCertificate {
  fileprivate func insert(into database: Database, authorityID: Int64, layout: Layout, at now: UnixTime) throws {
    var revocation: IndexRevocation?
    if case .revoked(let facts) = row.state { revocation = facts }
    let names = (try? certificate?.subjectAlternativeName())?.map(\.description) ?? []
    try database.execute(
      sql: """
        INSERT INTO certificate (authorityID, serial, state, origin, profile, name, folder, subject, alternativeNames,
          notBefore, notAfter, certificate, fingerprint, publicKeyHash, keyPath, certificatePath, createdAt, revokedAt,
          reason, invalidityDate, holdInstruction)
        VALUES (?, ?, 'issued', 'imported', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        authorityID, row.serial.hexString, profile, name, folder, certificate?.subject.rfc2253 ?? row.subject,
        names.joined(separator: "\n"), certificate?.notBefore.seconds, row.notAfter.seconds,
        certificate.map { Data($0.der) }, certificate?.sha256Text, certificate?.publicKey?.hashText,
        keyPath.map(layout.stored), certificatePath.map(layout.stored), now.seconds, revocation?.date.seconds,
        revocation?.reason.rawValue, revocation?.invalidityDate?.seconds, revocation?.holdInstruction,
      ])
    try database.indexNames(
      ofCertificate: database.lastInsertedRowID, subject: certificate?.subject.rfc2253 ?? row.subject,
      alternativeNames: names)
  }
}
