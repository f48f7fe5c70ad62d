import GRDB
import PKI

/// A certificate as the ledger knows it.
public struct CertificateRecord: Sendable, Hashable {
  public enum Origin: String, Sendable { case issued, imported }

  /// What a reader at `now` would call it.
  public enum Status: String, Sendable, CaseIterable {
    case valid, notYetValid = "not-yet-valid", expired, revoked, held
  }

  let id: Int64
  let authorityID: Int64
  public let authority: String
  /// Upper-case hexadecimal, as OpenSSL prints it.
  public let serial: String
  public let origin: Origin
  public let profile: String
  /// The name it was issued for, or the common name of an imported one.
  public let name: String
  /// `server`, `client`, `ca`, or empty when its files are elsewhere.
  public let folder: String
  public let subject: String
  /// `DNS:…`, `IP:…`, one each.
  public let alternativeNames: [String]
  public let notBefore: UnixTime?
  public let notAfter: UnixTime
  /// Absent for an imported row whose certificate was not in the imported directory.
  public let der: [UInt8]?
  /// SHA-256 of the certificate, lower-case hexadecimal.
  public let fingerprint: String?
  public let keyPath: String?
  public let csrPath: String?
  public let certificatePath: String?
  public let createdAt: UnixTime
  public let revocation: Revocation?

  public struct Revocation: Sendable, Hashable {
    public let date: UnixTime
    public let reason: RevocationReason
    public let invalidityDate: UnixTime?
    public let holdInstruction: String?
  }

  public func status(at now: UnixTime) -> Status {
    if let revocation { return revocation.reason == .certificateHold ? .held : .revoked }
    if notAfter < now { return .expired }
    if let notBefore, now < notBefore { return .notYetValid }
    return .valid
  }

  /// Where its next certificate and what is exported of it go; nil where they have the usual place. An imported
  /// certificate's own file may lie in the directory it came from, which is only read.
  func place(in layout: Layout) -> String? {
    guard let certificatePath, origin == .issued || layout.has(certificatePath) else { return nil }
    return certificatePath
  }

  /// `client/alice`, or the serial for a certificate without a name.
  public var label: String { name.isEmpty ? serial : folder.isEmpty ? name : "\(folder)/\(name)" }

  static let columns = "certificate.*, authority.name AS authority"
  static let tables = "certificate JOIN authority ON authority.id = certificate.authorityID"

  init(row: Row, layout: Layout) {
    id = row["id"]
    authorityID = row["authorityID"]
    authority = row["authority"]
    serial = row["serial"]
    origin = Origin(rawValue: row["origin"]) ?? .issued
    profile = row["profile"]
    name = row["name"]
    folder = row["folder"]
    subject = row["subject"]
    alternativeNames = (row["alternativeNames"] as String).split(separator: "\n").map(String.init)
    notBefore = row.time("notBefore")
    notAfter = row.time("notAfter") ?? UnixTime(0)
    der = row.optionalBytes("certificate")
    fingerprint = row["fingerprint"]
    keyPath = (row["keyPath"] as String?).map(layout.resolved)
    csrPath = (row["csrPath"] as String?).map(layout.resolved)
    certificatePath = (row["certificatePath"] as String?).map(layout.resolved)
    createdAt = row.time("createdAt") ?? UnixTime(0)
    revocation = row.time("revokedAt").map {
      Revocation(
        date: $0, reason: RevocationReason(rawValue: row["reason"] ?? 0) ?? .unspecified,
        invalidityDate: row.time("invalidityDate"), holdInstruction: row["holdInstruction"])
    }
  }
}
