import PKI

/// The certificates found beside an index, by serial number.
struct ImportFiles {
  struct Found {
    let certificate: Certificate
    let path: String
    /// The path of a file called by a name rather than by its serial number.
    var namedPath: String?
  }

  private(set) var bySerial: [SerialNumber: Found] = [:]
  private(set) var damages: [ImportDamage] = []
  /// Every file whose certificate is in ``bySerial``.
  private(set) var paths: Set<String> = []
  private let keyFolders: [String]

  /// Reads every certificate file; those of other issuers are none of ours.
  init(_ source: ImportSource, issuedBy authority: Certificate) {
    keyFolders = source.keyFolders
    for folder in source.certificateFolders {
      for name in FilePaths.names(in: folder) where Self.isCertificateName(name) {
        read(folder + "/" + name, issuedBy: authority)
      }
    }
  }

  /// Lets go of the parsed certificates.
  mutating func forget() { bySerial = [:] }

  /// The key that belongs to `issued/alice.crt`: `private/alice.key`, or beside it.
  func key(named path: String?) -> String? {
    guard let path else { return nil }
    let folders = [FilePaths.parent(of: path)] + keyFolders
    return folders.map { "\($0)/\(FilePaths.stem(of: path)).key" }.first(where: FilePaths.exists)
  }

  private static func isCertificateName(_ name: String) -> Bool {
    [".pem", ".crt", ".cer"].contains { name.hasSuffix($0) }
  }

  private static func isSerialName(_ path: String) -> Bool { FilePaths.stem(of: path).allSatisfy(\.isHexDigit) }

  private mutating func read(_ path: String, issuedBy authority: Certificate) {
    guard let certificate = parse(path), certificate.issuer.matches(authority.subject) else { return }
    guard certificate == authority || isSigned(certificate, by: authority) else {
      damages.append(ImportDamage(file: path, line: nil, problem: "names this CA as issuer, which did not sign it"))
      return
    }
    guard !certificate.serialNumber.isTooLong else {
      let problem = "its serial number has more than 20 octets (RFC 5280 §4.1.2.2)"
      return damages.append(ImportDamage(file: path, line: nil, problem: problem))
    }
    // A name may look like a number: `a.crt`, `beef.crt`.
    let named = FilePaths.stem(of: path).uppercased() == certificate.serialNumber.hexString ? nil : path
    paths.insert(path)
    if var known = bySerial[certificate.serialNumber] {
      guard known.certificate == certificate else {
        let problem = "has serial \(certificate.serialNumber.hexString), as the different certificate \(known.path) has"
        return damages.append(ImportDamage(file: path, line: nil, problem: problem))
      }
      known.namedPath = known.namedPath ?? named
      bySerial[certificate.serialNumber] = known
    } else {
      bySerial[certificate.serialNumber] = Found(certificate: certificate, path: path, namedPath: named)
    }
  }

  /// A file named by a serial number must be a certificate; keys and requests also end in `.pem`.
  private mutating func parse(_ path: String) -> Certificate? {
    if let certificate = (try? CertificateFile.all(path))?.first { return certificate }
    guard Self.isSerialName(path) || path.hasSuffix(".crt") else { return nil }
    damages.append(ImportDamage(file: path, line: nil, problem: "is not a readable certificate"))
    return nil
  }

  private func isSigned(_ certificate: Certificate, by authority: Certificate) -> Bool {
    // Keys of a kind unknown here cannot be checked, and are not thereby damaged.
    authority.publicKey.map(certificate.isSigned(by:)) ?? true
  }
}
