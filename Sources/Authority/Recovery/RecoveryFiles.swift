import PKI

/// Certificates that lie in a CA's directory, read without a ledger.
struct RecoveryFiles {
  struct Found {
    let certificate: Certificate
    let path: String
    /// `server`, `client`, `ca`; empty elsewhere.
    let folder: String
    /// The file's name; nil when it is called by a serial number.
    let name: String?
  }

  /// A CA that signed here: its key or its CRL lies beside its certificate.
  struct FoundAuthority {
    let name: String
    let certificate: Certificate
    let hasKey: Bool
  }

  private(set) var authorities: [FoundAuthority] = []
  private(set) var certificates: [Found] = []
  private(set) var notes: [String] = []

  init(_ layout: Layout, also paths: [String]) {
    readAuthorityFolder(layout)
    let folders =
      LeafFolder.allCases.map { (layout.root + "/" + $0.rawValue, $0.rawValue) }
      + [(layout.authorityFolder + "/newcerts", ""), (layout.root + "/newcerts", "")]
    for (path, folder) in folders + paths.map({ ($0, "") }) { read(path, folder: folder) }
  }

  /// The CAs of the folder, the directory's first one first; other certificates there are an OCSP signer's or an
  /// intermediate's whose own directory is elsewhere.
  private mutating func readAuthorityFolder(_ layout: Layout) {
    for name in FilePaths.names(in: layout.authorityFolder) where Self.isCertificateName(name) {
      let path = layout.authorityFolder + "/" + name
      let stem = FilePaths.stem(of: name)
      guard let certificate = parse(path) else { continue }
      let files = layout.authority(stem)
      let hasKey = FilePaths.exists(files.key)
      let isAuthority = (try? certificate.basicConstraints())?.isCA == true || certificate.subject == certificate.issuer
      if isAuthority, hasKey || FilePaths.exists(files.crl) || stem == "ca" {
        authorities.append(FoundAuthority(name: stem, certificate: certificate, hasKey: hasKey))
        if !hasKey { notes.append("\(files.key) is not there; without its key the CA \(stem) signs nothing") }
      }
      certificates.append(Found(certificate: certificate, path: path, folder: "ca", name: stem))
    }
    authorities.sort { one, other in
      if (one.name == "ca") != (other.name == "ca") { return one.name == "ca" }
      return one.certificate.notBefore < other.certificate.notBefore
    }
  }

  private mutating func read(_ path: String, folder: String) {
    guard FilePaths.isFolder(path) else {
      if FilePaths.exists(path) { add(path, folder: folder) }
      return
    }
    for name in FilePaths.names(in: path) where Self.isCertificateName(name) { add(path + "/" + name, folder: folder) }
  }

  private mutating func add(_ path: String, folder: String) {
    guard let certificate = parse(path) else { return }
    let stem = FilePaths.stem(of: path)
    let isSerial = folder.isEmpty && stem.allSatisfy(\.isHexDigit)
    certificates.append(Found(certificate: certificate, path: path, folder: folder, name: isSerial ? nil : stem))
  }

  private mutating func parse(_ path: String) -> Certificate? {
    do throws(AuthorityError) {
      let certificate = try CertificateFile.read(path)
      guard !certificate.serialNumber.isTooLong else {
        notes.append("\(path): its serial number has more than 20 octets (RFC 5280 §4.1.2.2)")
        return nil
      }
      return certificate
    } catch {
      // Keys and requests end in `.pem` as well.
      if !path.hasSuffix(".pem") { notes.append(error.operatorText) }
      return nil
    }
  }

  private static func isCertificateName(_ name: String) -> Bool {
    guard !name.hasPrefix("."), !name.hasSuffix("-chain.crt") else { return false }
    return [".crt", ".pem", ".cer"].contains { name.hasSuffix($0) }
  }
}

extension RecoveryFiles {
  /// The CAs above `certificate`, among those of the directory and of its chain file, the root last.
  func above(_ authority: FoundAuthority, layout: Layout) -> [Certificate] {
    let files = layout.authority(authority.name)
    let chain = FilePaths.exists(files.chain) ? (try? CertificateFile.all(files.chain)) ?? [] : []
    let candidates = chain + authorities.map(\.certificate)
    var above: [Certificate] = []
    var below = authority.certificate
    while below.subject != below.issuer, above.count < 16 {
      guard let issuer = candidates.first(where: { $0.isIssuer(of: below) }), !above.contains(issuer) else { break }
      above.append(issuer)
      below = issuer
    }
    return above
  }
}

extension Certificate {
  /// By name and signature.
  func isIssuer(of certificate: Certificate) -> Bool {
    certificate.issuer.matches(subject) && publicKey.map(certificate.isSigned(by:)) == true
  }
}
