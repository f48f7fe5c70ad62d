import Cryptography
import PKI

/// DistributionPointName (RFC 5280 §4.2.1.13) in comparable form.
struct DistributionPointName: Hashable, Sendable {
  private var names: Set<ComparableName> = []

  func overlaps(_ other: Self) -> Bool { !names.isDisjoint(with: other.names) }

  init(directory name: DistinguishedNameKey) { names = [.directory(name)] }

  init(_ names: [GeneralName]) { self.names = Set(names.map(ComparableName.init)) }

  /// `issuer` completes a nameRelativeToCRLIssuer.
  init(reading reader: inout DERReader, issuer: DistinguishedName) throws(DERError) {
    let start = reader.position
    if var full = try reader.enterIfPresent(.contextConstructed(0)) {
      while !full.isAtEnd { names.insert(try GeneralNamesReader.comparable(&full)) }
    } else if let relative = try reader.readIfPresent(.contextConstructed(1)) {
      names = [.directory(try Self.append(reader.content(relative), to: issuer, at: start).key)]
    } else {
      throw DERError(.unexpectedTag, at: start)
    }
    try reader.finish()
  }

  private static func append(
    _ attributes: [UInt8], to issuer: DistinguishedName, at offset: Int
  ) throws(DERError) -> DistinguishedName {
    var reader = DERReader(issuer.der)
    let rdns = reader.content(try reader.read(.sequence))
    let der = DERWriter.bytes {
      $0.sequence {
        $0.raw(rdns)
        $0.constructed(.set) { $0.raw(attributes) }
      }
    }
    do throws(PKIError) {
      return try DistinguishedName(der: der)
    } catch {
      throw DERError(.invalidName, at: offset)
    }
  }
}

/// issuingDistributionPoint (RFC 5280 §5.2.5): the scope of a CRL.
struct IssuingDistributionPoint: Hashable, Sendable {
  var name: DistributionPointName?
  var onlyContainsUserCerts = false
  var onlyContainsCACerts = false
  var onlySomeReasons: ReasonFlags?
  var isIndirect = false
  var onlyContainsAttributeCerts = false

  init(reading reader: inout DERReader, issuer: DistinguishedName) throws(DERError) {
    var inside = try reader.enter()
    if var field = try inside.enterIfPresent(.contextConstructed(0)) {
      name = try DistributionPointName(reading: &field, issuer: issuer)
    }
    onlyContainsUserCerts = try inside.readBooleanDefaultFalse(.context(1))
    onlyContainsCACerts = try inside.readBooleanDefaultFalse(.context(2))
    if inside.nextTag == .context(3) { onlySomeReasons = try inside.readReasonFlags(.context(3)) }
    isIndirect = try inside.readBooleanDefaultFalse(.context(4))
    onlyContainsAttributeCerts = try inside.readBooleanDefaultFalse(.context(5))
    try inside.finish()
    try reader.finish()
  }
}

/// One DistributionPoint of a certificate's cRLDistributionPoints (RFC 5280 §4.2.1.13), ready to compare.
struct RevocationPoint: Hashable, Sendable {
  var name: DistributionPointName?
  var reasons: ReasonFlags?
  /// cRLIssuer's directory names; empty when the certificate's issuer is meant.
  var crlIssuers: [DistinguishedNameKey] = []

  /// The point RFC 5280 §6.3.3 assumes for CRLs nobody points to: the issuer's own.
  init(issuer: DistinguishedNameKey) { name = DistributionPointName(directory: issuer) }

  init(_ point: DistributionPoint, issuer: DistinguishedName) {
    let issuers = (point.crlIssuer ?? []).compactMap { if case .directory(let name) = $0 { name } else { nil } }
    name = point.name.map { DistributionPointName($0.fullNames(issuer: issuers.first ?? issuer)) }
    reasons = point.reasons
    crlIssuers = issuers.map(\.key)
  }
}

extension DERReader {
  fileprivate mutating func readReasonFlags(_ tag: DERTag) throws(DERError) -> ReasonFlags {
    let (content, _) = try readBitString(tag)
    var flags: UInt16 = 0
    for (index, octet) in bytes[content].prefix(2).enumerated() {
      for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 { flags |= 1 << UInt16(index * 8 + bit) }
    }
    return ReasonFlags(rawValue: flags).intersection(.all)
  }
}
