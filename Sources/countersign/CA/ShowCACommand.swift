import ArgumentParser
import Authority
import Cryptography
import PKI

struct ShowCACommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the CAs of a directory, their CRLs, and what was done with them.")

  @OptionGroup var directory: DirectoryOptions

  @Option(help: ArgumentHelp("Also show the newest acts of the audit log.", valueName: "n"))
  var audit = 0

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let opened = try directory.open()
    let report = Report(
      authorities: try opened.authorities().map {
        Entry($0, opened.layout, try opened.ocspSigner(of: $0.name), try opened.status(of: $0))
      },
      audit: try opened.audit(limit: max(0, audit)).map(Act.init))
    print(json ? JSONText.of(report) : report.text)
  }

  private struct Report: Encodable {
    let authorities: [Entry]
    let audit: [Act]

    var text: String {
      let acts = audit.map {
        VisibleText.escaped("\($0.at)  \($0.who)  \($0.action)  \($0.serial ?? "-")  \($0.what)  \($0.why)")
      }
      return (authorities.map(\.text) + (acts.isEmpty ? [] : ["audit:"] + acts)).joined(separator: "\n")
    }
  }

  private struct Entry: Encodable {
    let name, subject, issuer, serial, key, notBefore, notAfter, sha256: String
    let isDefault: Bool
    let status: String
    /// Why it signs no certificates.
    let statusDetail: String?
    let certificateFile, keyFile, crlFile: String
    let crlNumber, crlNextUpdate: String?
    let crlIsStale: Bool
    let ocspURLs, caIssuersURLs, crlURLs: [String]
    let ocspSigner: CertificateEntry?

    init(
      _ record: AuthorityRecord, _ layout: Layout, _ signer: CertificateRecord?, _ status: AuthorityStatus
    ) {
      self.status = status.name
      statusDetail = status == .valid ? nil : status.text
      let certificate = record.certificate
      let files = layout.authority(record.name)
      name = record.name
      subject = certificate.subject.rfc2253
      issuer = certificate.issuer.rfc2253
      serial = certificate.serialNumber.hexString
      key = certificate.publicKey?.type.name ?? "unknown"
      (notBefore, notAfter) = (certificate.notBefore.rfc3339, certificate.notAfter.rfc3339)
      sha256 = certificate.sha256Text
      isDefault = record.isDefault
      (certificateFile, keyFile, crlFile) = (files.certificate, files.key, files.crl)
      crlNumber = record.crlNumber.isEmpty ? nil : record.crlNumber
      crlNextUpdate = record.crlNextUpdate?.rfc3339
      crlIsStale = record.crlIsStale
      (ocspURLs, caIssuersURLs, crlURLs) = (record.urls.ocsp, record.urls.caIssuers, record.urls.crl)
      ocspSigner = signer.map { CertificateEntry($0, at: .current) }
    }

    var text: String {
      """
      \(name)\(isDefault ? " (signs by default)" : "")
        subject      \(subject)
        issuer       \(issuer)
        serial       \(serial)
        key          \(key), \(keyFile)
        certificate  \(certificateFile)
        valid        \(notBefore) to \(notAfter)\(statusText)
        SHA-256      \(sha256)
        CRL          \(crlFile), number \(crlNumber ?? "none"), next update \(crlNextUpdate ?? "none")\
      \(crlIsStale ? "; lacks revocations, run `countersign ca crl`" : "")
        OCSP signer  \(ocspSignerText)\(urlText)
      """
    }

    private var statusText: String {
      statusDetail.map { "\n  status       \($0): signs no certificates" } ?? ""
    }

    private var ocspSignerText: String {
      guard let ocspSigner else { return "none; `countersign ca ocsp-signer` makes one" }
      let state = ocspSigner.status == "valid" ? "" : "\(ocspSigner.status), "
      return "\(ocspSigner.certificateFile ?? ocspSigner.serial), \(state)until \(ocspSigner.notAfter)"
    }

    private var urlText: String {
      let kinds = [("OCSP URL    ", ocspURLs), ("issuer URL  ", caIssuersURLs), ("CRL URL     ", crlURLs)]
      return kinds.flatMap { label, urls in urls.map { "\n  \(label) \($0)" } }.joined()
    }
  }

  private struct Act: Encodable {
    let at, who, action: String
    let authority, serial: String?
    let what, why: String

    init(_ record: AuditRecord) {
      at = record.at.rfc3339
      (who, action, authority, serial) = (record.who, record.action, record.authority, record.serial)
      (what, why) = (record.what, record.why)
    }
  }
}
