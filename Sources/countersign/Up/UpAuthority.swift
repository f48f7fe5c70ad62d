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
  }

  /// Certificate, key and CRL of the CA that signs.
  var files: AuthorityFiles { directory.layout.authority(signer.record.name) }

  /// The server's certificate, issued anew where it lacks a name or is about to expire.
  func server(names: [String]) throws -> LeafFiles {
    let wanted = (["localhost", "127.0.0.1", "::1"] + names).compactMap { name in
      RequestedName.guess(name, isServer: true)
    }
    let files = directory.layout.leaf(.server, "localhost")
    let known = try usable("localhost", in: .server)
    if let known, Set(wanted.map(\.generalName.description)).isSubset(of: known.alternativeNames) { return files }
    var request = IssueRequest(profile: try directory.profiles().profile("server"), name: "localhost")
    request.names = wanted
    request.force = true
    request.why = "countersign up"
    _ = try directory.issue(request, signer: signer)
    return files
  }

  /// A client's certificate and its PKCS#12 file, whose password stands beside it.
  func client(_ name: String) throws -> UpClient {
    let files = directory.layout.leaf(.client, name)
    let client = UpClient(name: name, files: files)
    if try usable(name, in: .client) == nil {
      var request = IssueRequest(profile: try directory.profiles().profile("client"), name: name)
      request.force = true
      request.why = "countersign up"
      _ = try directory.issue(request, signer: signer)
    } else if FileReader.exists(files.p12) {
      return client
    }
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
    let password = secureRandomBytes(8).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
    let record = try directory.newest("client/\(client.name)")
    let bytes = try directory.p12(of: record, password: password, legacy: false) { nil }
    try AtomicFile.write(bytes, to: client.files.p12, mode: AtomicFile.keyMode)
    try AtomicFile.write(Array((password + "\n").utf8), to: client.passwordFile, mode: AtomicFile.keyMode)
  }

  /// A gateway refuses everybody under an expired CRL: each start brings a fresh one.
  func refreshCRL() throws { _ = try directory.writeCRL(signer: signer) }
}

/// Whom `up` made a certificate for.
struct UpClient {
  let name: String
  let files: LeafFiles

  var passwordFile: String { files.p12 + ".password" }
}
