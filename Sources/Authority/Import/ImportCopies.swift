import Cryptography
import PKI

/// The leaf files that an import takes into the directory: nothing is read from, or written to, the old place later.
struct ImportCopies {
  /// With paths of this directory; of a name that several certificates have, the newest that is not revoked has the files.
  private(set) var certificates: [ImportedCertificate]
  private(set) var files: [Publication] = []
  /// Keys whose bytes lie ready under a temporary name.
  private(set) var staged: [String] = []
  private(set) var notes: [String] = []
  /// Paths of the old directory that were copied.
  private(set) var taken: Set<String> = []

  private let layout: Layout
  private let force: Bool

  init(_ certificates: [ImportedCertificate], into layout: Layout, force: Bool) throws(AuthorityError) {
    self.certificates = certificates
    self.layout = layout
    self.force = force
    let holders = Self.holders(certificates)
    do throws(AuthorityError) {
      for index in certificates.indices {
        guard let folder = LeafFolder(rawValue: certificates[index].folder), holders.contains(index) else {
          // Files of CAs below, and of certificates that have a successor of their name, are in the ledger alone.
          (self.certificates[index].certificatePath, self.certificates[index].keyPath) = (nil, nil)
          continue
        }
        try settle(index, files: layout.leaf(folder, certificates[index].name))
      }
    } catch {
      discard()
      throw error
    }
  }

  /// For an import that came to nothing.
  func discard() { for path in staged { _ = FileOperations.current.remove(path) } }

  private static func holders(_ certificates: [ImportedCertificate]) -> Set<Int> {
    var best: [String: Int] = [:]
    for (index, one) in certificates.enumerated() where one.certificatePath != nil {
      let place = "\(one.folder)/\(Layout.fileName(for: one.name))"
      guard let other = best[place].map({ certificates[$0] }) else {
        best[place] = index
        continue
      }
      let (mine, others) = (one.certificate?.notBefore ?? UnixTime(0), other.certificate?.notBefore ?? UnixTime(0))
      if other.isRevoked != one.isRevoked ? other.isRevoked : others <= mine { best[place] = index }
    }
    return Set(best.values)
  }

  private mutating func settle(_ index: Int, files target: LeafFiles) throws(AuthorityError) {
    guard let certificate = certificates[index].certificate, let source = certificates[index].certificatePath else {
      return
    }
    if !FilePaths.isSame(source, target.certificate) {
      try refuse(target.certificate)
      files.append(.file(target.certificate, certificate.pem))
      taken.insert(source)
    }
    certificates[index].certificatePath = target.certificate
    guard let key = certificates[index].keyPath else { return }
    certificates[index].keyPath = try copy(key: key, of: certificate, to: target.key) ? target.key : nil
  }

  /// - Returns: false where the key is another's.
  private mutating func copy(key: String, of certificate: Certificate, to target: String) throws(AuthorityError) -> Bool
  {
    let bytes = try FileReader.secret(of: key, limit: 1 << 20)
    switch fits(bytes, certificate) {
    case false?:
      notes.append("\(key): does not belong to the certificate \(certificate.serialNumber); it stays behind")
      return false
    case nil: notes.append("\(key): is encrypted; whether it belongs to its certificate was not checked")
    case true?: break
    }
    if FilePaths.isSame(key, target) { return true }
    try refuse(target)
    do { try Exposure.check(secret: key) } catch {
      notes.append("\(key): others could read it; `countersign renew --rekey` makes a new one")
    }
    let temporary = AtomicFile.temporaryPath(for: target)
    try AtomicFile.create(bytes, at: temporary)
    staged.append(temporary)
    AtomicFile.flushFolder(of: temporary)
    files.append(.key(target, staged: temporary))
    taken.insert(key)
    return true
  }

  /// Nil where only its passphrase could tell.
  private func fits(_ pem: SecretBytes, _ certificate: Certificate) -> Bool? {
    do throws(CryptographyError) {
      let key = try pem.withArray { (pem) throws(CryptographyError) in try PrivateKey(pem: pem, passphrase: { nil }) }
      return key.publicKey.subjectPublicKeyInfo == certificate.subjectPublicKeyInfo
    } catch .passphraseRequired {
      return nil
    } catch {
      return false
    }
  }

  private func refuse(_ path: String) throws(AuthorityError) {
    guard force || !FilePaths.exists(path) else { throw .fileExists(path: path) }
  }
}
