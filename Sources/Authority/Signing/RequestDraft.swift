import Cryptography
import PKI

/// A key and a certificate signing request about to be written (RFC 2986); no CA takes part.
public struct RequestDraft: Sendable {
  public let profile: Profile
  public let name: String
  /// `.csr` and `.certified` are not for requests.
  public var key: IssueRequest.Key = .generate(.p256)
  public var subject: DistinguishedName?
  public var names: [RequestedName] = []
  /// Nil: the profile's folder.
  public var files: LeafFiles?
  /// Replace an existing key.
  public var force = false

  public init(profile: Profile, name: String) {
    self.profile = profile
    self.name = name
  }

  /// - Returns: the files written, a new key first.
  public func write(in layout: Layout) throws(AuthorityError) -> [String] {
    try Layout.check(name: name)
    let files = files ?? layout.leaf(profile.folder, name)
    let subject = try profile.subject(subject, name: name)
    var names = names
    let isServer = profile.extendedKeyUsage.contains("serverAuth")
    if let guess = RequestedName.guess(name, isServer: isServer), !names.contains(guess) { names.insert(guess, at: 0) }
    try FilePaths.makeFolder(FilePaths.parent(of: files.csr))
    switch key {
    case .generate(let type):
      guard force || !FilePaths.exists(files.key) else { throw .fileExists(path: files.key) }
      let key = try KeyFile.generate(type)
      let csr = try Self.csr(subject: subject, names: names, key: key)
      try AtomicFile.writeKey(key.secretPEM, to: files.key, force: force)
      try AtomicFile.write(csr.pem, to: files.csr, mode: AtomicFile.publicMode)
      return [files.key, files.csr]
    case .existing(let key, _):
      let csr = try Self.csr(subject: subject, names: names, key: key)
      try AtomicFile.write(csr.pem, to: files.csr, mode: AtomicFile.publicMode)
      return [files.csr]
    case .csr, .certified: return []
    }
  }

  static func csr(subject: DistinguishedName, names: [RequestedName], key: PrivateKey) throws(AuthorityError)
    -> CertificateSigningRequest
  {
    let value = SubjectAlternativeName(names.map(\.generalName))
    let extensions = names.isEmpty ? [] : [CertificateExtension(value, critical: subject.isEmpty)]
    do { return try CertificateSigningRequest.build(subject: subject, key: key, extensions: extensions) } catch {
      throw .cryptography(operation: "signing the request", problem: "\(FaultText.of(error))")
    }
  }
}

extension ProfileSet {
  /// The profiles of a directory that need not have a CA yet.
  ///
  /// - Parameter path: instead of `ca/profiles.json`.
  public static func read(_ path: String?, in layout: Layout) throws(AuthorityError) -> ProfileSet {
    if let path { return try ProfileFile.read(path) }
    return FilePaths.exists(layout.profiles) ? try ProfileFile.read(layout.profiles) : .builtIn
  }
}
