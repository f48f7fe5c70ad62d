import Cryptography
import PKI

/// Turns what was asked for into a draft: subject, names, validity, key and files are settled here.
struct IssuePreparation {
  let request: IssueRequest
  let signer: UnlockedAuthority
  let layout: Layout
  let now: UnixTime

  func draft() throws(AuthorityError) -> (draft: CertificateDraft, csr: [UInt8]?) {
    try Layout.check(name: request.name)
    let files = request.out ?? layout.leaf(request.profile.folder, request.name)
    try refuseExisting(files)
    let subject = try allowedSubject()
    let names = try allowedNames(subject)
    let (publicKey, key) = try keys()
    let validity = try validity()
    var draft = CertificateDraft(
      subject: subject, notBefore: validity.from, notAfter: validity.until, publicKey: publicKey, names: names,
      extensions: try LeafExtensions(
        profile: request.profile, publicKey: publicKey, issuer: signer.certificate, urls: signer.record.urls
      ).list(names: names, subjectIsEmpty: subject.isEmpty),
      isAuthority: false, profile: request.profile, name: request.name,
      folder: request.folder ?? (request.out == nil ? request.profile.folder.rawValue : ""),
      profileName: request.profile.name,
      certificatePath: files.certificate, action: request.action, why: request.why)
    try refuseForeignKey(files, publicKey)
    let csr = try settleFiles(of: &draft, files: files, key: key)
    return (draft, csr)
  }

  /// - Returns: the request to write beside a key that is ours.
  private func settleFiles(of draft: inout CertificateDraft, files: LeafFiles, key: PrivateKey?) throws(AuthorityError)
    -> [UInt8]?
  {
    switch request.key {
    case .generate:
      draft.newKey = key?.secretPEM
      draft.keyPath = files.key
      draft.csrPath = files.csr
    case .existing(_, let path):
      draft.keyPath = path
      draft.csrPath = files.csr
    case .csr(_, let path):
      draft.csrPath = path
      // The key that `countersign csr` left beside it.
      let beside = LeafFiles(out: path.hasSuffix(".csr") ? String(path.dropLast(4)) : path, name: request.name).key
      draft.keyPath = FilePaths.exists(beside) && Self.fits(beside, draft.publicKey) != false ? beside : nil
    case .certified(_, let keyPath):
      draft.keyPath = keyPath
    }
    guard let key else { return nil }
    return try RequestDraft.csr(subject: draft.subject, names: draft.names, key: key).pem
  }

  private func refuseExisting(_ files: LeafFiles) throws(AuthorityError) {
    if case .generate = request.key, SupersededKey.isAuthorityKey(files.key) { throw .authorityKey(path: files.key) }
    guard !request.force, !request.isRenewal || request.out == nil else { return }
    if case .generate = request.key, FilePaths.exists(files.key) { throw .fileExists(path: files.key) }
    if FilePaths.exists(files.certificate) { throw .fileExists(path: files.certificate) }
  }

  /// A certificate beside a key that is not its own looks as if the two were a pair.
  private func refuseForeignKey(_ files: LeafFiles, _ publicKey: PublicKey) throws(AuthorityError) {
    if case .generate = request.key { return }
    guard FilePaths.exists(files.key), Self.fits(files.key, publicKey) == false else { return }
    throw .keyMismatch(key: files.key, certificate: "about to be written, \(files.certificate); choose another --out")
  }

  /// Nil for a key that cannot be read without its passphrase.
  private static func fits(_ path: String, _ publicKey: PublicKey) -> Bool? {
    guard let key = try? KeyFile.read(path, passphrase: { nil }) else { return nil }
    return key.publicKey.subjectPublicKeyInfo == publicKey.subjectPublicKeyInfo
  }

  private func keys() throws(AuthorityError) -> (PublicKey, PrivateKey?) {
    switch request.key {
    case .generate(let type):
      let key = try KeyFile.generate(type)
      return (key.publicKey, key)
    case .existing(let key, _): return (key.publicKey, key)
    case .certified(let key, _): return (key, nil)
    case .csr(let csr, let path):
      guard csr.isSelfSignatureValid else { throw .csrRefused(path: path, problem: "its signature is wrong") }
      guard let key = csr.publicKey else { throw .csrRefused(path: path, problem: "its key is of an unknown kind") }
      if try csr.asksForAuthority(path: path) {
        throw .csrRefused(path: path, problem: "it asks for a CA certificate; use `countersign ca intermediate`")
      }
      return (key, nil)
    }
  }

  /// What the request asks for and does not get, or gets because its names are accepted; nil without a request.
  ///
  /// - Throws: ``AuthorityError/requestNames(path:name:further:)`` where further names are refused.
  func difference(_ draft: CertificateDraft) throws(AuthorityError) -> RequestDifference? {
    guard case .csr(let csr, let path) = request.key else { return nil }
    var own = request
    own.requestNames = .leaveOut
    let plain = IssuePreparation(request: own, signer: signer, layout: layout, now: now)
    // What the profile refuses of the operator's own names has been refused for the draft.
    let subject = (try? plain.allowedSubject()) ?? .empty
    let names = (try? plain.allowedNames(subject)) ?? []
    let difference = RequestDifference(
      csr, subject: draft.subject, names: draft.names, profile: request.profile, own: (subject, names))
    if case .refuse = request.requestNames, !difference.leftOut.isEmpty {
      throw .requestNames(path: path, name: request.name, further: difference.leftOut)
    }
    return difference
  }

  private func allowedNames(_ subject: DistinguishedName) throws(AuthorityError) -> [RequestedName] {
    var names: [RequestedName] = []
    if case .csr(let csr, let path) = request.key, case .accept = request.requestNames {
      names = try csr.requestedNames(path: path)
    }
    let isBare = !request.isRenewal && (!request.isNamedByRequest || names.isEmpty && request.names.isEmpty)
    names.append(contentsOf: request.names)
    let isServer = request.profile.extendedKeyUsage.contains("serverAuth")
    if isBare, let guess = RequestedName.guess(request.name, isServer: isServer) { names.insert(guess, at: 0) }
    // A profile without e-mail names (a server's) lets the attribute pass; the lint says so.
    if !request.profile.names.email.isEmpty { names += subject.emailAddresses.map { .email($0) } }
    var unique: [RequestedName] = []
    for name in names where !unique.contains(name) {
      guard request.profile.names.allows(name) else {
        let accepted = request.profile.names.accepted(for: name)
        throw .nameRefused(name: name.description, profile: request.profile.name, accepted: accepted)
      }
      unique.append(name)
    }
    return unique
  }

  private func allowedSubject() throws(AuthorityError) -> DistinguishedName {
    let subject = try request.profile.subject(givenSubject, name: request.name)
    for attribute in subject.rdns.joined() where attribute.type == .commonName {
      guard !request.profile.names.allows(commonName: attribute) else { continue }
      throw .nameRefused(
        name: DistinguishedName(rdns: [[attribute]]).rfc2253, profile: request.profile.name,
        accepted: request.profile.names.commonName.joined(separator: ", "))
    }
    for attribute in request.profile.requiredSubject where !subject.has(attribute) {
      throw .nameRefused(
        name: subject.rfc2253, profile: request.profile.name, accepted: "a subject with \(attribute)")
    }
    return subject
  }

  private var givenSubject: DistinguishedName? {
    if let subject = request.subject { return subject }
    guard case .csr(let csr, _) = request.key, case .accept = request.requestNames, !csr.subject.isEmpty else {
      return nil
    }
    return csr.subject
  }

  /// A usual lifetime ends with the CA at the latest; one asked for is held against the bounds (the lints see the CA's).
  private func validity() throws(AuthorityError) -> (from: UnixTime, until: UnixTime) {
    let bounds = request.profile.validity
    guard let lifetime = request.lifetime else {
      let end = min(now.seconds + bounds.usual, signer.certificate.notAfter.seconds)
      return (now, UnixTime(max(end, now.seconds)))
    }
    guard (bounds.minimum...bounds.maximum).contains(lifetime) else {
      let day = ValidityBounds.day
      throw .invalidValue(
        what: "lifetime", value: "\(lifetime / day) days",
        accepted: "\(bounds.minimum) seconds to \(bounds.maximum / day) days (profile \(request.profile.name))")
    }
    return (now, UnixTime(now.seconds + lifetime))
  }
}
