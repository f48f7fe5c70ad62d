import Cryptography
import GRDB
import Glibc
import PKI

extension AuthorityDirectory {
  /// Refuses early what ``initialize(_:_:as:)`` would refuse, before anybody is asked for a passphrase.
  public static func refuseExisting(_ path: String, force: Bool) throws(AuthorityError) {
    let files = Layout(root: path).authority("ca")
    try Exposure.check(Layout(root: path))
    if exists(path) { throw .authorityExists(path: files.certificate) }
    if !force { try Layout(root: path).refuseRemains() }
  }

  /// Makes a root CA: key, certificate, ledger and first CRL.
  ///
  /// - Throws: ``AuthorityError/authorityExists(path:)``; without `force`
  ///   ``AuthorityError/authorityRemains(directory:file:isForeign:)`` for files of a CA whose ledger is gone.
  public static func initialize(_ path: String, _ request: AuthorityRequest, as actor: Operator) throws(AuthorityError)
    -> AuthorityDirectory
  {
    try refuseExisting(path, force: request.force)
    let directory = try prepare(path, as: actor)
    let key = try KeyFile.generate(request.keyType)
    try directory.exclusively { () throws(AuthorityError) in
      let root = try directory.selfSigned(request, key: key)
      try directory.adopt(root, above: [], key: key, request: request, action: .initialize)
    }
    return directory
  }

  /// Records a CA made here as this directory's own and writes its files.
  func adopt(
    _ certificate: Certificate, above: [Certificate], key: PrivateKey, request: AuthorityRequest,
    action: AuditRecord.Action
  ) throws(AuthorityError) {
    let files = layout.authority("ca")
    guard try ledger.authorities().isEmpty else { throw .authorityExists(path: files.certificate) }
    if !request.force { try layout.refuseRemains() }
    kept = try SupersededKey.keep(files, at: actor.now)
    let staged = AtomicFile.temporaryPath(for: files.key)
    try AtomicFile.create(try request.protection.pem(key), at: staged)
    AtomicFile.flushFolder(of: staged)
    let draft = AuthorityDraft(
      name: "ca", certificate: certificate, above: above, isDefault: true, crlLifetime: request.crlLifetime,
      urls: request.urls)
    do throws(AuthorityError) {
      try ledger.write { database in
        let publications = [.key(files.key, staged: staged)] + authorityFiles(certificate, above: above, files: files)
        try database.enqueue(publications, in: layout)
        let entry = AuditEntry(
          action: action, authority: "ca", serial: certificate.serialNumber.hexString,
          what: certificate.subject.rfc2253, why: request.why)
        try record(draft, key: key, entry: entry, in: database)
      }
    } catch {
      discard(staged)
      throw error
    }
    if let failure = try ledger.publish(in: layout).first { throw failure }
  }

  /// The CA's row, its audit row and its first CRL.
  func record(_ draft: AuthorityDraft, key: PrivateKey, entry: AuditEntry, in database: Database) throws {
    let now = actor.now
    let id = try draft.insert(into: database)
    try database.audit(entry, by: actor.name, at: now)
    guard let record = try database.authority(id: id) else { return }
    _ = try writeCRL(of: UnlockedAuthority(record: record, key: key), lifetime: nil, in: database, at: now)
  }

  func authorityFiles(_ certificate: Certificate, above: [Certificate], files: AuthorityFiles) -> [Publication] {
    let own = Publication.file(files.certificate, certificate.pem)
    return above.isEmpty ? [own] : [own, .file(files.chain, ([certificate] + above).flatMap(\.pem))]
  }

  /// A staged key that will not be needed.
  func discard(_ staged: String) { unlink(staged) }

  private func selfSigned(_ request: AuthorityRequest, key: PrivateKey) throws(AuthorityError) -> Certificate {
    let draft = try authorityDraft(request, key: key, signer: nil, files: layout.authority("ca"), action: .initialize)
    let findings = Lints.findings(
      LintContext(draft: draft, chain: [], now: actor.now, isKeyCompromised: false))
    let errors = findings.filter { $0.severity == .error }
    guard errors.isEmpty else { throw .lintRefused(errors) }
    return try key.certificate(from: draft.template(serial: .random(), issuer: draft.subject))
  }

  func authorityDraft(
    _ request: AuthorityRequest, key: PrivateKey, signer: UnlockedAuthority?, files: AuthorityFiles,
    action: AuditRecord.Action
  ) throws(AuthorityError) -> CertificateDraft {
    let extensions = AuthorityExtensions(
      request: request, publicKey: key.publicKey, issuer: signer?.certificate,
      urls: signer?.record.urls ?? ServiceURLs())
    let now = actor.now
    return CertificateDraft(
      subject: request.subject, notBefore: now, notAfter: UnixTime(now.seconds + request.lifetime),
      publicKey: key.publicKey, names: request.subject.emailAddresses.map { .email($0) },
      extensions: try extensions.list(), isAuthority: true, profile: nil,
      name: FilePaths.name(of: files.stem), folder: "ca", profileName: signer == nil ? "root_ca" : "intermediate_ca",
      certificatePath: files.certificate, action: action, why: request.why)
  }
}
