import Cryptography
import PKI

/// DistributionPointName (RFC 5280 §4.2.1.13) in comparable form: directory names by their key, others by their bytes.
struct DistributionPointName: Hashable, Sendable {
  private let names: Set<Name>

  private enum Name: Hashable, Sendable {
    case directory(DistinguishedNameKey)
    case other(GeneralName)
  }

  init(directory name: DistinguishedNameKey) { names = [.directory(name)] }

  init(_ names: [GeneralName]) {
    self.names = Set(
      names.map { name in
        if case .directory(let directory) = name { .directory(directory.key) } else { .other(name) }
      })
  }

  func overlaps(_ other: Self) -> Bool { !names.isDisjoint(with: other.names) }
}

/// One DistributionPoint of a certificate's cRLDistributionPoints (RFC 5280 §4.2.1.13), ready to compare.
struct RevocationPoint: Hashable, Sendable {
  let name: DistributionPointName?
  let reasons: ReasonFlags?
  /// cRLIssuer's directory names; empty when the certificate's issuer is meant.
  let crlIssuers: [DistinguishedNameKey]

  /// The point RFC 5280 §6.3.3 assumes for CRLs nobody points to: the issuer's own.
  init(issuer: DistinguishedNameKey) {
    name = DistributionPointName(directory: issuer)
    reasons = nil
    crlIssuers = []
  }

  init(_ point: DistributionPoint, issuer: DistinguishedName) {
    let issuers = (point.crlIssuer ?? []).compactMap { if case .directory(let name) = $0 { name } else { nil } }
    name = point.name.map { DistributionPointName($0.fullNames(issuer: issuers.first ?? issuer)) }
    reasons = point.reasons
    crlIssuers = issuers.map(\.key)
  }
}

/// issuingDistributionPoint (RFC 5280 §5.2.5): the scope of a CRL, ready to compare.
struct RevocationScope: Hashable, Sendable {
  let point: IssuingDistributionPoint
  let name: DistributionPointName?

  init(_ point: IssuingDistributionPoint, issuer: DistinguishedName) {
    self.point = point
    name = point.name.map { DistributionPointName($0.fullNames(issuer: issuer)) }
  }

  /// RFC 5280 §6.3.3 (b)(2).
  func covers(_ wanted: RevocationPoint, isCA: Bool) -> Bool {
    if point.onlyContainsAttributeCerts || (point.onlyContainsUserCerts && isCA) || (point.onlyContainsCACerts && !isCA)
    {
      return false
    }
    guard let name else { return true }
    if let wantedName = wanted.name { return name.overlaps(wantedName) }
    return wanted.crlIssuers.contains { name.overlaps(DistributionPointName(directory: $0)) }
  }
}
