import GRDB
import PKI

/// Another valid certificate that has a name of the one about to be signed.
struct NameHolder: Sendable {
  /// `client/alice`.
  let label: String
  let serial: String
  /// What both have: keys of the ledger's index.
  let names: [String]
}

/// A CA above whose certificate the ledger has as revoked, or on hold.
struct WithdrawnIssuer: Sendable {
  let subject: String
  let revocation: CertificateRecord.Revocation
}

extension Lint {
  /// Whoever looks at names alone can't tell two holders apart.
  static let nameHolders = Lint(name: "name-in-use", clause: "the profile, uniqueNames") { context, report in
    guard let profile = context.draft.profile else { return }
    for holder in context.holders {
      let names = holder.names.map { $0.hasPrefix("dn:") ? "the subject " + $0.dropFirst(3) : $0 }
      report(
        profile.requiresUniqueNames ? .error : .warning,
        "\(names.sorted().joined(separator: ", ")): \(holder.label) (\(holder.serial)) has it as well and is valid")
    }
  }

  /// Nobody who knows of the revocation would believe what it signs.
  static let issuerRevocation = Lint(name: "issuer-revoked", clause: "RFC 5280 §6.1.3 (a)(3)") { context, report in
    for issuer in context.withdrawnIssuers {
      let revocation = issuer.revocation
      report(
        .error,
        "\(issuer.subject) is revoked since \(revocation.date.rfc3339) (\(revocation.reason.name)) and signs no certificates; name another CA with --ca, or `countersign ca default NAME`"
      )
    }
  }
}

extension Ledger {
  /// Those among the chain, the signing CA first, that this ledger has as revoked.
  func withdrawn(among chain: [Certificate]) throws(AuthorityError) -> [WithdrawnIssuer] {
    try read { database in
      var withdrawn: [WithdrawnIssuer] = []
      for (certificate, issuer) in zip(chain, chain.dropFirst()) {
        guard let revocation = try database.revocation(of: certificate, issuer: issuer) else { continue }
        withdrawn.append(WithdrawnIssuer(subject: certificate.subject.rfc2253, revocation: revocation))
      }
      return withdrawn
    }
  }

  /// Valid certificates of other labels or profiles that share a name with the draft; a few.
  func holders(of draft: CertificateDraft, at now: UnixTime) throws(AuthorityError) -> [NameHolder] {
    let names = draft.names.map(\.generalName.description)
    let keys = CertificateNames.keys(subject: draft.subject.rfc2253, alternativeNames: names)
      .filter { !$0.hasPrefix("cn:") }
    guard draft.profile != nil, !keys.isEmpty else { return [] }
    let marks = keys.map { _ in "?" }.joined(separator: ",")
    return try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT folder, certificate.name AS label, serial, group_concat(certificateName.name, char(10)) AS names
          FROM certificateName JOIN certificate ON certificate.id = certificateID
          WHERE certificateName.name IN (\(marks)) AND state = 'issued' AND revokedAt IS NULL AND notAfter >= ?
            AND NOT (folder = ? AND certificate.name = ? AND profile = ?)
          GROUP BY certificate.id ORDER BY certificate.id DESC LIMIT 5
          """,
        arguments: StatementArguments(keys) + [now.seconds, draft.folder, draft.name, draft.profileName]
      ).map { row in
        let (folder, name): (String, String) = (row["folder"], row["label"])
        return NameHolder(
          label: folder.isEmpty ? name : "\(folder)/\(name)", serial: row["serial"],
          names: (row["names"] as String).split(separator: "\n").map(String.init))
      }
    }
  }
}

extension Database {
  /// What the ledger has of a CA's own revocation; rows without the certificate are known by issuer and serial.
  func revocation(of certificate: Certificate, issuer: Certificate) throws -> CertificateRecord.Revocation? {
    let rows = try Row.fetchAll(
      self,
      sql: """
        SELECT revokedAt, reason, fingerprint, authority.certificate AS issuer FROM \(CertificateRecord.tables)
        WHERE revokedAt IS NOT NULL AND (fingerprint = ? OR serial = ?)
        """,
      arguments: [certificate.sha256Text, certificate.serialNumber.hexString])
    let row = rows.first { row in
      if let fingerprint = row["fingerprint"] as String? { return fingerprint == certificate.sha256Text }
      return row.bytes("issuer") == issuer.der
    }
    return row.flatMap { row in
      row.time("revokedAt").map {
        CertificateRecord.Revocation(
          date: $0, reason: RevocationReason(rawValue: row["reason"] ?? 0) ?? .unspecified, invalidityDate: nil,
          holdInstruction: nil)
      }
    }
  }
}
