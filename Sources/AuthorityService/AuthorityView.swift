import Authority
import PKI

/// The CAs of a directory with their CRLs, as the ledger had them at one moment.
final class AuthorityView: Sendable {
  let mark: LedgerMark
  /// The directory's first CA first.
  let authorities: [PublishedAuthority]

  init(_ directory: AuthorityDirectory, mark: LedgerMark) throws(AuthorityError) {
    self.mark = mark
    authorities = try directory.authorities().map(PublishedAuthority.init)
  }

  /// The CA of that name; without a name the one that signs by default.
  func authority(_ name: String?) -> PublishedAuthority? {
    authorities.first { name.map { [$0] }?.contains($0.record.name) ?? $0.record.isDefault }
  }
}

/// A CA, and what is known of its CRL.
struct PublishedAuthority: Sendable {
  let record: AuthorityRecord
  /// Of the CRL; `nil` where there is none.
  let thisUpdate: UnixTime?

  init(_ record: AuthorityRecord) {
    self.record = record
    thisUpdate = record.crl.flatMap { try? CertificateRevocationList(der: $0) }?.thisUpdate
  }

  /// Whether a new CRL is due: a revocation is missing in it, or a quarter of its life is left.
  func needsCRL(at now: UnixTime) -> Bool {
    guard !record.crlIsStale, let thisUpdate, let nextUpdate = record.crlNextUpdate else { return true }
    return now.seconds >= nextUpdate.seconds - (nextUpdate.seconds - thisUpdate.seconds) / 4
  }
}
