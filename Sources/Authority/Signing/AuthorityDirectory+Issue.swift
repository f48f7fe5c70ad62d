import PKI

extension AuthorityDirectory {
  /// Issues a leaf certificate, or throws and leaves no trace but an abandoned serial number.
  public func issue(_ request: IssueRequest, signer: UnlockedAuthority) throws(AuthorityError) -> Issued {
    try exclusively { () throws(AuthorityError) in try issueLocked(request, signer: signer) }
  }

  func issueLocked(_ request: IssueRequest, signer: UnlockedAuthority) throws(AuthorityError) -> Issued {
    let preparation = IssuePreparation(request: request, signer: signer, layout: layout, now: actor.now)
    let (draft, csr) = try preparation.draft()
    let intermediates = signer.chain.filter { $0.subject != $0.issuer }
    let difference = try preparation.difference(draft)
    var issued = try sign(draft, signer: signer) { certificate in
      var files: [Publication] = []
      if let csr, let path = draft.csrPath { files.append(.file(path, csr)) }
      files.append(.file(draft.certificatePath, certificate.pem))
      if !intermediates.isEmpty {
        let chain = ([certificate] + intermediates).flatMap(\.pem)
        files.append(.file(LeafFiles(out: draft.certificatePath, name: draft.name).chain, chain))
      }
      return files
    }
    issued.difference = difference
    return issued
  }
}
