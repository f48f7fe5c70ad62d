import GRDB
import PKI

/// Whether a CA may sign certificates: neither it nor a CA above it is revoked, on hold or expired, as far as its
/// directory knows. CRLs it signs in any case: they are how the end of what it issued is told.
public enum AuthorityStatus: Sendable, Hashable {
  case valid
  case notYetValid(subject: String, from: UnixTime)
  case expired(subject: String, on: UnixTime)
  case revoked(subject: String, on: UnixTime, reason: RevocationReason)

  /// `valid`, `not-yet-valid`, `expired`, `revoked`, `held`.
  public var name: String {
    switch self {
    case .valid: "valid"
    case .notYetValid: "not-yet-valid"
    case .expired: "expired"
    case .revoked(_, _, let reason): reason == .certificateHold ? "held" : "revoked"
    }
  }

  public var text: String {
    switch self {
    case .valid: "valid"
    case .notYetValid(let subject, let date): "\(subject) is not valid before \(date.rfc3339)"
    case .expired(let subject, let date): "\(subject) expired on \(date.rfc3339)"
    case .revoked(let subject, let date, let reason):
      "\(subject) is \(reason == .certificateHold ? "on hold" : "revoked") since \(date.rfc3339) (\(reason.name))"
    }
  }
}

extension AuthorityDirectory {
  /// The first thing that keeps the CA from signing certificates, or ``AuthorityStatus/valid``.
  public func status(of record: AuthorityRecord) throws(AuthorityError) -> AuthorityStatus {
    let chain = [record.certificate] + record.above
    if let issuer = try ledger.withdrawn(among: chain).first {
      return .revoked(subject: issuer.subject, on: issuer.revocation.date, reason: issuer.revocation.reason)
    }
    for certificate in chain {
      let subject = certificate.subject.rfc2253
      if certificate.notAfter < actor.now { return .expired(subject: subject, on: certificate.notAfter) }
      if actor.now < certificate.notBefore { return .notYetValid(subject: subject, from: certificate.notBefore) }
    }
    return .valid
  }

  /// Whether the certificate is a CA's.
  public func isAuthority(_ record: CertificateRecord) -> Bool {
    guard let der = record.der, let certificate = try? Certificate(der: der) else { return record.folder == "ca" }
    return (try? certificate.basicConstraints())?.isCA == true
  }

  /// Has the CA called `name` sign when none is named.
  ///
  /// - Throws: ``AuthorityError/authorityUnusable(name:problem:)`` for one that may not sign certificates.
  public func makeDefault(_ name: String, why: String = "") throws(AuthorityError) {
    try exclusively { () throws(AuthorityError) in
      let record = try authority(name)
      let status = try status(of: record)
      guard status == .valid else { throw .authorityUnusable(name: name, problem: status.text) }
      let now = actor.now
      try ledger.write { database in
        try database.execute(sql: "UPDATE authority SET isDefault = (id = ?)", arguments: [record.id])
        let entry = AuditEntry(
          action: .default, authority: record.name, what: record.certificate.subject.rfc2253, why: why)
        try database.audit(entry, by: actor.name, at: now)
      }
    }
  }
}
