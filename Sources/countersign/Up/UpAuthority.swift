import Authority
import Cryptography
import PKI

/// The CA of `up`, and the certificates it takes: those that are there and good are kept.
struct UpAuthority {
  private let directory: AuthorityDirectory
  private let signer: UnlockedAuthority

  /// Opens the directory's CA, or makes one.
  init(_ options: DirectoryOptions, passphrase: PassphraseOptions) throws {
    if !AuthorityDirectory.exists(options.path) {
      let protection: KeyProtection =
        try passphrase.file.map { .passphrase(try PassphraseFile.read($0)) } ?? .unencrypted
      let subject = try DistinguishedName(parsing: "/CN=Countersign CA")
      var request = AuthorityRequest(subject: subject, protection: protection)
      request.why = "countersign up"
      _ = try AuthorityDirectory.initialize(options.path, request, as: .current)
    }
    directory = try options.open()
    let path = directory.layout.authority(try directory.authority(nil).name).key
    signer = try directory.unlock(passphrase: passphrase.unlocking(path))
    try directory.refreshCRL(signer: signer, within: 7 * 86400)
    try refreshCRLsAbove(passphrase)
  }

  /// What the gateway needs to judge certificates of the CA that signs.
  func trust() throws -> UpTrust {
    let (record, known) = (signer.record, try directory.authorities())
    let files = directory.layout.authority(record.name)
    return UpTrust(
      certificates: record.above.isEmpty ? files.certificate : files.chain,
      hasAllCRLs: record.above.allSatisfy { above in known.contains { $0.certificate == above } }, key: files.key)
  }

  /// CAs above may be offline: their keys are not asked for, and an old CRL is said to be one.
  private func refreshCRLsAbove(_ passphrase: PassphraseOptions) throws {
    for record in try directory.authorities() where signer.record.above.contains(record.certificate) {
      let limit = UnixTime(UnixTime.current.seconds + 7 * 86400)
      if !record.crlIsStale, let due = record.crlNextUpdate, due > limit { continue }
      do {
        let above = try directory.unlock(record.name) { try? passphrase.file.map(PassphraseFile.read) }
        try directory.writeCRL(signer: above)
      } catch {
        StandardError.warn(
          "the CRL of the CA \(record.name) should be renewed, and its key is not at hand: run `countersign ca crl --ca \(record.name)`"
        )
      }
    }
  }

  /// The server's certificate, issued anew where it lacks a name or is about to expire.
  func server(names: [String]) throws -> UpServer {
    let wanted = (["localhost", "127.0.0.1", "::1"] + names).compactMap { name in
      RequestedName.guess(name, isServer: true)
    }
    let files = directory.layout.leaf(.server, "localhost")
    let known = try usable("localhost", in: .server)
    if let known, Set(wanted.map(\.generalName.description)).isSubset(of: known.alternativeNames) {
      return try UpServer(files, hasChain: !directory.authority(known.authority).above.isEmpty)
    }
    var request = IssueRequest(profile: try directory.profiles().profile("server"), name: "localhost")
    request.names = wanted
    request.force = true
    request.why = "countersign up"
    _ = try directory.issue(request, signer: signer)
    return UpServer(files, hasChain: !signer.record.above.isEmpty)
  }

  /// A client's certificate and, where it is a new one, its PKCS#12 file, whose password stands beside it.
  ///
  /// - Parameter isAsked: this time; who was asked for earlier gets nothing new.
  /// - Returns: nil for who was asked for earlier and has no certificate here any more.
  func client(_ name: String, isAsked: Bool) throws -> UpClient? {
    let files = directory.layout.leaf(.client, name)
    let client = UpClient(name: name, files: files)
    if try usable(name, in: .client) != nil { return client }
    guard isAsked else {
      StandardError.warn(
        "\(name) has no certificate here that lasts; `countersign up --client \(name)` makes one, `countersign renew client/\(name)` renews it"
      )
      return FileReader.exists(files.certificate) && FileReader.exists(files.key) ? client : nil
    }
    var request = IssueRequest(profile: try directory.profiles().profile("client"), name: name)
    request.force = true
    request.why = "countersign up"
    _ = try directory.issue(request, signer: signer)
    try writeP12(client)
    return client
  }

  /// A revoked client stays revoked: its certificate is not replaced.
  private func usable(_ name: String, in folder: LeafFolder) throws -> CertificateRecord? {
    let files = directory.layout.leaf(folder, name)
    guard FileReader.exists(files.certificate), FileReader.exists(files.key) else { return nil }
    let records = try directory.matches("\(folder.rawValue)/\(name)")
    let newest = records.max { $0.createdAt < $1.createdAt }
    guard let newest else { return nil }
    if newest.revocation != nil { return newest }
    return UnixTime.current.seconds + 7 * 86400 < newest.notAfter.seconds ? newest : nil
  }

  private func writeP12(_ client: UpClient) throws {
    let password = HexText.lower(secureRandomBytes(8))
    let record = try directory.newest("client/\(client.name)")
    let bytes = try directory.p12(of: record, password: SecretBytes(password.utf8), legacy: false) { nil }
    try AtomicFile.write(bytes, to: client.files.p12, mode: AtomicFile.keyMode)
    try AtomicFile.write(Array((password + "\n").utf8), to: client.passwordFile, mode: AtomicFile.keyMode)
  }

}

/// Whom `up` made a certificate for.
struct UpClient {
  let name: String
  let files: LeafFiles

  var passwordFile: String { files.p12 + ".password" }
}

/// Which certificates the gateway believes, and of which of them revocations are known.
struct UpTrust {
  /// The CA that signs and those above it.
  let certificates: String
  /// A CA above is not of this directory: nobody here can say what it revoked.
  let hasAllCRLs: Bool
  /// Of the CA that signs.
  let key: String
}

/// The gateway's own certificate.
struct UpServer {
  /// With the intermediates behind it, where there are any.
  let certificate: String
  let key: String

  init(_ files: LeafFiles, hasChain: Bool) {
    certificate = hasChain ? files.chain : files.certificate
    key = files.key
  }
}
