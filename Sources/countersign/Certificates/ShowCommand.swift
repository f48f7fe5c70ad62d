import ArgumentParser
import Authority
import Cryptography
import PKI

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a certificate: what it says, and what the ledger knows of it.",
    usage: "countersign show [<options>] [<certificate>]",
    discussion: """
      Takes a serial number, a fingerprint or a name of the ledger (client/alice, a
      subject, its common name, an alternative name), or a certificate file of any
      issuer: --file FILE or ./FILE. Requests and revocation lists in files are
      shown in full, as certificates are with --text.
      """)

  @OptionGroup var directory: DirectoryOptions

  @Argument(help: ArgumentHelp("A serial number, a name or ./FILE.", valueName: "certificate"))
  var certificate: String?

  @Option(help: ArgumentHelp("A certificate, a request or a revocation list.", valueName: "file"))
  var file: String?

  @Flag(help: "Print every field and extension.")
  var text = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (certificate == nil) != (file == nil) else { throw ValidationError("give a certificate, or --file FILE") }
  }

  func run() throws {
    if let file { return try show(file: file) }
    guard let certificate else { return }
    if CertificateQuery.isPath(certificate) { return try show(file: certificate) }
    let opened: AuthorityDirectory
    let record: CertificateRecord
    do {
      opened = try directory.open()
      record = try opened.newest(certificate)
    } catch {
      // Any issuer's: the path says that a file is meant.
      guard certificate.contains("/"), FileReader.exists(certificate) else { throw error }
      return try show(file: certificate)
    }
    show(record.der == nil ? nil : try opened.certificate(of: record), record, at: .current)
  }

  private func show(file: String) throws {
    if let whole = try otherText(file) { return print(whole, terminator: "") }
    let certificate = try CertificateFile.read(file)
    let record = AuthorityDirectory.exists(directory.path) ? try? directory.open().recorded(file: file) : nil
    show(certificate, record, at: .current)
  }

  private func show(_ certificate: Certificate?, _ record: CertificateRecord?, at now: UnixTime) {
    if text, let certificate { return print(certificate.text, terminator: "") }
    let report = Report(
      certificate: certificate.map(CertificateFacts.init), ledger: record.map { CertificateEntry($0, at: now) })
    print(json ? JSONText.of(report) : report.text)
  }

  /// A file that is no certificate.
  private func otherText(_ file: String) throws -> String? {
    let start = String(decoding: try FileReader.bytes(of: file), as: UTF8.self)
    if start.contains("-----BEGIN CERTIFICATE REQUEST") || start.contains("-----BEGIN NEW CERTIFICATE REQUEST") {
      return try RequestFile.read(file).text
    }
    guard start.contains("-----BEGIN X509 CRL") else { return nil }
    return try RevocationListFile.read(file).text
  }

  private struct Report: Encodable {
    let certificate: CertificateFacts?
    let ledger: CertificateEntry?

    var text: String { [certificate?.text, ledger?.text].compactMap(\.self).joined(separator: "\n") }
  }
}

/// What a certificate says of itself.
struct CertificateFacts: Encodable {
  let subject, issuer, serial, notBefore, notAfter, key, signature, sha256, sha1: String
  let alternativeNames, keyUsage, extendedKeyUsage: [String]
  let basicConstraints, subjectKeyIdentifier, authorityKeyIdentifier: String?
  let crl, ocsp: [String]

  init(_ certificate: Certificate) {
    subject = certificate.subject.rfc2253
    issuer = certificate.issuer.rfc2253
    serial = certificate.serialNumber.hexString
    notBefore = certificate.notBefore.rfc3339
    notAfter = certificate.notAfter.rfc3339
    key = certificate.publicKey?.type.description ?? "\(certificate.publicKeyAlgorithm.oid)"
    signature =
      certificate.signatureAlgorithm.signatureAlgorithm.map(Self.name) ?? "\(certificate.signatureAlgorithm.oid)"
    sha256 = HexText.lower(certificate.fingerprint(.sha256))
    sha1 = HexText.lower(certificate.fingerprint(.sha1))
    alternativeNames = ((try? certificate.subjectAlternativeName()) ?? [])?.map(\.description) ?? []
    keyUsage = (try? certificate.keyUsage())?.names ?? []
    extendedKeyUsage = (try? certificate.extendedKeyUsage())?.purposes.map(Self.purpose) ?? []
    basicConstraints = (try? certificate.basicConstraints()).map {
      $0.isCA ? "CA" + ($0.pathLength.map { ", path length \($0)" } ?? "") : "not a CA"
    }
    subjectKeyIdentifier = (try? certificate.subjectKeyIdentifier()).map { HexText.lower($0.bytes) }
    authorityKeyIdentifier = (try? certificate.authorityKeyIdentifier())?.keyIdentifier.map(HexText.lower)
    crl = (try? certificate.crlDistributionPoints())?.points.flatMap { Self.uris($0, issuer: certificate.issuer) } ?? []
    ocsp = (try? certificate.authorityInformationAccess())?.uris(.ocsp) ?? []
  }

  var text: String {
    let lines: [(String, String?)] = [
      ("subject", subject), ("issuer", issuer), ("serial", serial), ("valid", "\(notBefore) to \(notAfter)"),
      ("names", Self.joined(alternativeNames)), ("key", key), ("signature", signature),
      ("constraints", basicConstraints), ("key usage", Self.joined(keyUsage)),
      ("extended", Self.joined(extendedKeyUsage)), ("key id", subjectKeyIdentifier),
      ("issuer id", authorityKeyIdentifier), ("CRL", Self.joined(crl)), ("OCSP", Self.joined(ocsp)),
      ("SHA-256", sha256),
      ("SHA-1", sha1),
    ]
    return LabelledLines.text(lines)
  }

  private static func joined(_ texts: [String]) -> String? { texts.isEmpty ? nil : texts.joined(separator: ", ") }

  private static func purpose(_ oid: OID) -> String {
    let names: [OID: String] = [
      .serverAuth: "serverAuth", .clientAuth: "clientAuth", .codeSigning: "codeSigning",
      .emailProtection: "emailProtection", .timeStamping: "timeStamping", .ocspSigning: "OCSPSigning",
      .anyExtendedKeyUsage: "anyExtendedKeyUsage",
    ]
    return names[oid] ?? "\(oid)"
  }

  private static func name(_ algorithm: SignatureAlgorithm) -> String {
    switch algorithm {
    case .ecdsa(let digest): "ECDSA with \(digest.name)"
    case .rsaPKCS1(let digest): "RSA with \(digest.name)"
    case .rsaPSS(let digest, _): "RSA-PSS with \(digest.name)"
    case .dsa(let digest): "DSA with \(digest.name)"
    case .ed25519: "Ed25519"
    }
  }

  private static func uris(_ point: DistributionPoint, issuer: DistinguishedName) -> [String] {
    point.name?.fullNames(issuer: issuer).compactMap { if case .uri(let uri) = $0 { uri } else { nil } } ?? []
  }
}

extension CertificateEntry {
  var text: String {
    let revocation = revokedAt.map { "\(status) since \($0), \(reason ?? "unspecified")" }
    return LabelledLines.text([
      ("ledger", "\(revocation ?? status), \(origin) by \(authority), profile \(profile)"), ("name", name),
      ("file", certificateFile), ("key file", keyFile),
    ])
  }
}

/// `label        value`, a line each; absent values leave no line.
enum LabelledLines {
  static func text(_ lines: [(label: String, value: String?)]) -> String {
    lines.compactMap { line in
      line.value.map {
        line.label + String(repeating: " ", count: max(1, 13 - line.label.count)) + VisibleText.escaped($0)
      }
    }.joined(separator: "\n")
  }
}
