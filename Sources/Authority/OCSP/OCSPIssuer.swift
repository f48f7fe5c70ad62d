import Cryptography
import GRDB
import PKI

/// A CA whose certificates can be asked about.
struct OCSPIssuer: Sendable {
  let id: Int64
  let name: String
  let certificate: Certificate
  /// Expired or not.
  let delegate: OCSPSigner?

  /// Whether the certificate is one of this CA's, by name and key alike.
  ///
  /// Hashes with other parameters than NULL are nobody's: the answer repeats them, and would be remembered for each.
  func isIssuer(of certID: OCSPCertID) -> Bool {
    let parameters = certID.hashAlgorithm.parameters
    return (parameters == nil || parameters == [0x05, 0x00]) && certID.isIssued(by: certificate)
  }
}

/// Whose key signs answers.
struct OCSPSigner: Sendable {
  let key: PrivateKey
  let certificate: Certificate
  /// False: it is the CA itself.
  let isDelegated: Bool

  func isValid(at now: UnixTime) -> Bool { certificate.notBefore <= now && now <= certificate.notAfter }

  /// Two thirds of its life are over.
  func isDue(at now: UnixTime) -> Bool {
    let life = certificate.notAfter.seconds - certificate.notBefore.seconds
    return certificate.notAfter.seconds - now.seconds < life / 3
  }
}

/// The CAs of a directory and who signs for them, as of one version of the ledger.
struct OCSPSnapshot: Sendable {
  let version: Int64
  let issuers: [OCSPIssuer]

  func issuer(of certID: OCSPCertID) -> OCSPIssuer? { issuers.first { $0.isIssuer(of: certID) } }
}

extension Ledger {
  /// The CAs, with the delegated signers whose keys are in `layout`.
  func ocspSnapshot(version: Int64, layout: Layout) throws(AuthorityError) -> OCSPSnapshot {
    let authorities = try read { database in
      try Row.fetchAll(database, sql: "SELECT id, name, certificate FROM authority ORDER BY id").map { row in
        (
          id: row["id"] as Int64, name: row["name"] as String,
          certificate: try Certificate(der: row.bytes("certificate"))
        )
      }
    }
    var issuers: [OCSPIssuer] = []
    for (id, name, certificate) in authorities {
      let delegate = try ocspDelegate(of: id, keyFile: layout.ocspSigner(name).key)
      issuers.append(OCSPIssuer(id: id, name: name, certificate: certificate, delegate: delegate))
    }
    return OCSPSnapshot(version: version, issuers: issuers)
  }

  /// The certificate is taken from the ledger by the key: while a renewal replaces the files one after the other, the two
  /// fit all the same. A revoked signer is none.
  private func ocspDelegate(of authority: Int64, keyFile: String) throws(AuthorityError) -> OCSPSigner? {
    guard FilePaths.exists(keyFile), let key = try? KeyFile.read(keyFile, passphrase: { nil }) else { return nil }
    let der = try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT certificate FROM certificate
          WHERE publicKeyHash = ? AND authorityID = ? AND profile = ? AND state = 'issued' AND revokedAt IS NULL
          ORDER BY id DESC LIMIT 1
          """,
        arguments: [key.publicKey.hashText, authority, OCSPSignerRequest.profileName])?.bytes("certificate")
    }
    guard let der, let certificate = try? Certificate(der: der),
      (try? certificate.extendedKeyUsage())?.purposes.contains(.ocspSigning) == true
    else { return nil }
    return OCSPSigner(key: key, certificate: certificate, isDelegated: true)
  }

  /// What the ledger says of each serial number of a CA; `unknown` for those it never issued a certificate under.
  func ocspStatuses(of serials: [SerialNumber], authority: Int64) throws(AuthorityError) -> [OCSPSingleResponse.Status]
  {
    try read { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT revokedAt, reason FROM certificate WHERE authorityID = ? AND serial = ? AND state = 'issued'
          """)
      return try serials.map { serial in
        guard let row = try Row.fetchOne(statement, arguments: [authority, serial.hexString]) else { return .unknown }
        guard let date = row.time("revokedAt") else { return .good }
        let reason = RevocationReason(rawValue: row["reason"] ?? 0) ?? .unspecified
        // As in CRLs, unspecified is said by leaving the reason out (RFC 5280 §5.3.1).
        return .revoked(at: date, reason: reason == .unspecified ? nil : reason)
      }
    }
  }
}
