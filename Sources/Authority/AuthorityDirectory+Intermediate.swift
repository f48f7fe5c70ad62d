import Cryptography
import GRDB
import PKI

extension AuthorityDirectory {
  /// Makes an issuing CA in this directory, under the CA that signs.
  ///
  /// - Parameter isDefault: it signs from now on when no CA is named.
  public func makeIntermediate(
    named name: String, _ request: AuthorityRequest, signer: UnlockedAuthority, isDefault: Bool
  ) throws(AuthorityError) {
    guard Layout.fileName(for: name) == name, name.count <= 64 else {
      throw .invalidValue(what: "CA name", value: name, accepted: "letters, digits and . _ - @ +, at most 64")
    }
    guard !name.hasSuffix(Layout.ocspSuffix) else {
      throw .invalidValue(what: "CA name", value: name, accepted: "a name that does not end in \(Layout.ocspSuffix)")
    }
    let files = layout.authority(name)
    let key = try KeyFile.generate(request.keyType)
    try exclusively { () throws(AuthorityError) in
      guard !(try authorities().contains { $0.name == name }) else { throw .authorityExists(path: files.certificate) }
      guard request.force || !FilePaths.exists(files.key) else {
        throw .authorityRemains(directory: layout.root, file: files.key, isForeign: false)
      }
      kept = try SupersededKey.keep(files, at: actor.now)
      var draft = try authorityDraft(
        request, key: key, signer: signer, files: files, action: .intermediate)
      draft.keyPath = files.key
      draft.newKey = try request.protection.pem(key)
      let audit = AuditEntry(action: .initialize, authority: name, what: request.subject.rfc2253, why: request.why)
      _ = try sign(
        draft, signer: signer,
        recording: { database, certificate in
          let authority = AuthorityDraft(
            name: name, certificate: certificate, above: signer.chain, isDefault: isDefault,
            crlLifetime: request.crlLifetime,
            urls: request.urls)
          try record(authority, key: key, entry: audit, in: database)
        },
        publishing: { authorityFiles($0, above: signer.chain, files: files) })
    }
  }

  /// Makes an issuing CA that gets a directory of its own; this one holds its issuer and can go offline afterwards.
  public func makeIntermediate(_ path: String, _ request: AuthorityRequest, signer: UnlockedAuthority)
    throws(AuthorityError) -> AuthorityDirectory
  {
    try AuthorityDirectory.refuseExisting(path, force: request.force)
    let key = try KeyFile.generate(request.keyType)
    let directory = try AuthorityDirectory.prepare(path, as: actor)
    let name = Layout.fileName(for: request.subject.commonName ?? "intermediate")
    let certificate = try exclusively { () throws(AuthorityError) in
      let files = AuthorityFiles(stem: layout.authorityFolder + "/" + name)
      guard request.force || !FilePaths.exists(files.certificate) else { throw .fileExists(path: files.certificate) }
      let draft = try authorityDraft(
        request, key: key, signer: signer, files: files, action: .intermediate)
      return try sign(draft, signer: signer) { [.file(files.certificate, $0.pem)] }.certificate
    }
    try directory.exclusively { () throws(AuthorityError) in
      try directory.adopt(certificate, above: signer.chain, key: key, request: request, action: .initialize)
    }
    return directory
  }
}
