import Cryptography
import GRDB
import Glibc
import PKI

/// The one way to a signature: lint → record the intent → sign → record the certificate → write the files.
extension AuthorityDirectory {
  /// Runs under the directory's lock.
  ///
  /// - Parameters:
  ///   - recording: more to write in the transaction that records the certificate.
  ///   - publishing: the files that follow from it, keys aside.
  func sign(
    _ draft: CertificateDraft, signer: UnlockedAuthority,
    recording: (Database, Certificate) throws -> Void = { _, _ in },
    publishing: (Certificate) -> [Publication]
  ) throws(AuthorityError) -> Issued {
    let warnings = try lint(draft, signer: signer)
    try FilePaths.makeFolder(FilePaths.parent(of: draft.certificatePath))
    try FreeSpace.check(FilePaths.parent(of: draft.certificatePath))
    let stagedPath = draft.newKey.flatMap { _ in draft.keyPath }.map(AtomicFile.temporaryPath(for:))
    let (id, serial) = try recordIntent(draft, signer: signer, stagedPath: stagedPath)
    let certificate: Certificate
    let files: [Publication]
    do throws(AuthorityError) {
      certificate = try stageAndSign(draft, serial: serial, signer: signer, stagedPath: stagedPath)
      let keys = stagedPath.flatMap { staged in draft.keyPath.map { [Publication.key($0, staged: staged)] } } ?? []
      files = keys + publishing(certificate)
      try record(draft, certificate, id: id, files: files, signer: signer, recording: recording)
    } catch {
      // What cannot be settled now (a full disk) is settled by the next command.
      try? settle(intent: id, serial: serial, stagedPath: stagedPath)
      throw error
    }
    return try publish(certificate, id: id, files: files, warnings: warnings)
  }

  private func lint(_ draft: CertificateDraft, signer: UnlockedAuthority) throws(AuthorityError) -> [LintFinding] {
    let now = actor.now
    let context = LintContext(
      draft: draft, chain: signer.chain, now: now,
      isKeyCompromised: try ledger.isCompromised(publicKeyHash: draft.publicKey.hashText),
      holders: try ledger.holders(of: draft, at: now), withdrawnIssuers: try ledger.withdrawn(among: signer.chain))
    let findings = Lints.findings(context)
    let errors = findings.filter { $0.severity == .error }
    guard errors.isEmpty else { throw .lintRefused(errors) }
    return findings
  }

  private func recordIntent(_ draft: CertificateDraft, signer: UnlockedAuthority, stagedPath: String?)
    throws(AuthorityError) -> (id: Int64, serial: SerialNumber)
  {
    let now = actor.now
    for _ in 0..<8 {
      let serial = SerialNumber.random()
      let intent = draft.intent(serial: serial, authority: signer.record, stagedPath: stagedPath)
      let isOwnNumber = signer.chain.contains { $0.serialNumber == serial }
      let id = try ledger.write { isOwnNumber ? nil : try intent.insert(into: $0, layout: layout, at: now) }
      if let id { return (id, serial) }
    }
    throw .cryptography(operation: "choosing a serial number", problem: "eight random numbers were all taken")
  }

  private func stageAndSign(
    _ draft: CertificateDraft, serial: SerialNumber, signer: UnlockedAuthority, stagedPath: String?
  ) throws(AuthorityError) -> Certificate {
    if let stagedPath, let key = draft.newKey {
      try FilePaths.makeFolder(FilePaths.parent(of: stagedPath))
      try AtomicFile.create(key, at: stagedPath)
      AtomicFile.flushFolder(of: stagedPath)
    }
    return try signer.key.certificate(from: draft.template(serial: serial, issuer: signer.certificate.subject))
  }

  private func record(
    _ draft: CertificateDraft, _ certificate: Certificate, id: Int64, files: [Publication], signer: UnlockedAuthority,
    recording: (Database, Certificate) throws -> Void
  ) throws(AuthorityError) {
    let now = actor.now
    try ledger.write { database in
      try database.record(certificate, forIntent: id)
      try recording(database, certificate)
      try database.enqueue(files, in: layout)
      let entry = AuditEntry(
        action: draft.action, authority: signer.record.name, serial: certificate.serialNumber.hexString,
        what: "\(draft.profileName) \(draft.subject.rfc2253)", why: draft.why)
      try database.audit(entry, by: actor.name, at: now)
    }
  }

  private func settle(intent id: Int64, serial: SerialNumber, stagedPath: String?) throws(AuthorityError) {
    if let stagedPath { unlink(stagedPath) }
    try ledger.write { try $0.abandon(intent: id) }
  }

  private func publish(_ certificate: Certificate, id: Int64, files: [Publication], warnings: [LintFinding])
    throws(AuthorityError) -> Issued
  {
    if let failure = try ledger.publish(in: layout).first {
      throw .notPublished(serial: certificate.serialNumber.hexString, cause: failure)
    }
    guard let record = try ledger.certificates(where: "certificate.id = ?", [id], layout: layout).first else {
      throw .ledger(path: layout.ledger, problem: "the certificate just recorded is missing", isFull: false)
    }
    return Issued(record: record, certificate: certificate, files: files.map(\.path), warnings: warnings)
  }
}

extension PrivateKey {
  /// Signs, and checks the signature before anything leaves.
  func certificate(from template: CertificateTemplate) throws(AuthorityError) -> Certificate {
    let certificate: Certificate
    do { certificate = try template.signed(by: self) } catch {
      throw .cryptography(operation: "signing", problem: "\(FaultText.of(error))")
    }
    guard certificate.isSigned(by: publicKey) else {
      throw .cryptography(operation: "signing", problem: "the signature does not verify")
    }
    return certificate
  }
}
