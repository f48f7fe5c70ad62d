import Cryptography
import PKI

/// Everything an import will write, read and checked before the first byte is written.
struct ImportPlan: Sendable {
  let source: ImportSource
  let key: PrivateKey
  let authority: Certificate
  let above: [Certificate]
  let crlNumber: CRLCounter
  let nextSerial: String?
  private(set) var certificates: [ImportedCertificate] = []
  private(set) var damages: [ImportDamage] = []
  private(set) var notes: [String] = []
  /// What was read, and is in the new directory when the import is done.
  private(set) var read: Set<String> = []

  init(_ request: ImportRequest, at now: UnixTime, passphrase: () -> SecretBytes?) throws(AuthorityError) {
    source = try ImportSource(request)
    authority = try CertificateFile.read(source.certificate)
    key = try KeyFile.readPrivate(source.key, passphrase: passphrase)
    guard key.publicKey.subjectPublicKeyInfo == authority.subjectPublicKeyInfo else {
      throw .keyMismatch(key: source.key, certificate: source.certificate)
    }
    above = try request.chain.map(CertificateFile.all)?.filter { [authority] in $0 != authority } ?? []
    var reader = ImportNumbers(source)
    (crlNumber, nextSerial) = (reader.lastCRLNumber(), reader.nextSerial())
    damages = reader.damages
    readIndex(try FileReader.bytes(of: source.index), at: now)
    addPublished()
    notes += authorityNotes
  }

  private var authorityNotes: [String] {
    var notes: [String] = []
    if authority.subject != authority.issuer, above.isEmpty {
      notes.append("\(source.certificate) is an intermediate's; give its issuers with --chain FILE to have chain files")
    }
    if (try? authority.basicConstraints())?.isCA != true {
      notes.append("\(source.certificate) has no basicConstraints CA:TRUE; verifiers will refuse what it signs")
    }
    return notes
  }

  private mutating func readIndex(_ bytes: [UInt8], at now: UnixTime) {
    var files = ImportFiles(source, issuedBy: authority)
    var lines: [SerialNumber: Int] = [:]
    let text = bytes.split(separator: 10, omittingEmptySubsequences: false)
    for (offset, line) in text.enumerated() where !line.isEmpty {
      let number = offset + 1
      guard let content = String(validating: line, as: UTF8.self) else {
        damage(number, "the row is not UTF-8")
        continue
      }
      do throws(IndexRowProblem) {
        let row = try IndexRow(line: content.hasSuffix("\r") ? content.dropLast() : content[...])
        if let before = lines[row.serial] {
          damage(number, "serial \(row.serial.hexString) is in line \(before) already")
          revokeRepeated(row)
        } else {
          lines[row.serial] = number
          add(row, line: number, files: files)
        }
      } catch {
        damage(number, error.description)
      }
    }
    damages += files.damages
    addUnlisted(files, known: lines, at: now)
    read = files.paths.union([source.index, source.key, source.certificate])
    read.formUnion([source.crl, source.crlNumber, source.serial].compactMap(\.self))
    files.forget()
  }

  /// Of two rows of one serial the one that revokes counts.
  private mutating func revokeRepeated(_ row: IndexRow) {
    guard case .revoked = row.state,
      let known = certificates.firstIndex(where: { $0.row.serial == row.serial && !$0.isRevoked })
    else { return }
    certificates[known].row = row
  }

  private mutating func add(_ row: IndexRow, line: Int, files: ImportFiles) {
    let found = files.bySerial[row.serial]
    if let certificate = found?.certificate, certificate.notAfter != row.notAfter {
      return damage(
        line,
        "expiry \(row.notAfter.rfc3339) is not that of \(found?.path ?? "the certificate"), \(certificate.notAfter.rfc3339)"
      )
    }
    let common = found?.certificate.subject.commonName ?? IndexSubject.commonName(row.subject)
    certificates.append(
      ImportedCertificate(
        row: row, certificate: found?.certificate, certificatePath: found?.namedPath,
        keyPath: found.flatMap { files.key(named: $0.namedPath) },
        name: found?.namedPath.map(FilePaths.stem) ?? common ?? row.serial.hexString))
  }

  /// A certificate that openssl signed and never listed, because it was interrupted or because the index was lost.
  ///
  /// When rows are damaged its own may be among them and may have revoked it: then it comes over on hold.
  private mutating func addUnlisted(_ files: ImportFiles, known: [SerialNumber: Int], at now: UnixTime) {
    let heldSince = damages.isEmpty ? nil : now
    for (serial, found) in files.bySerial.sorted(by: { $0.key < $1.key })
    where known[serial] == nil && found.certificate != authority {
      let state = heldSince == nil ? "as valid" : "on hold; `countersign revoke --remove \(serial)` releases it"
      notes.append("\(found.path): serial \(serial) has no sound row in index.txt; taken over \(state)")
      let row = IndexRow(unlisted: found.certificate, heldSince: heldSince)
      certificates.append(
        ImportedCertificate(
          row: row, certificate: found.certificate, certificatePath: found.namedPath,
          keyPath: files.key(named: found.namedPath),
          name: found.namedPath.map(FilePaths.stem) ?? found.certificate.subject.commonName ?? serial.hexString))
    }
  }

  /// What the CA's last CRL revokes is revoked, whatever its index says.
  private mutating func addPublished() {
    guard let path = source.crl, let publicKey = authority.publicKey else { return }
    let rows = Dictionary(certificates.indices.map { (certificates[$0].row.serial, $0) }, uniquingKeysWith: { $1 })
    for der in RevocationListFile.encodings(path) {
      guard let list = try? CertificateRevocationList(der: der), list.isSigned(by: publicKey) else { continue }
      for entry in list.entries {
        let known = rows[entry.serialNumber]
        if let known, case .revoked = certificates[known].row.state { continue }
        notes.append("\(path): revokes serial \(entry.serialNumber), which index.txt does not; taken over as revoked")
        let end = known.map { certificates[$0].row.notAfter } ?? authority.notAfter
        let row = IndexRow(published: entry, notAfter: end)
        if let known {
          certificates[known].row = row
        } else {
          certificates.append(ImportedCertificate(row: row, name: ""))
        }
      }
    }
  }

  private mutating func damage(_ line: Int, _ problem: String) {
    damages.append(ImportDamage(file: source.index, line: line, problem: problem))
  }
}
