import Cryptography
import PKI

/// A CRL that somebody brings, to be held against the CAs that are trusted and the lists that are held.
public struct OfferedRevocationList: Sendable {
  /// What makes two lists editions of one: issuer, key, scope, and whether they are deltas (RFC 5280 §5.2.3).
  public struct Series: Hashable, Sendable {
    fileprivate let issuer: DistinguishedNameKey
    fileprivate let keyIdentifier: [UInt8]?
    fileprivate let scope: RevocationScope?
    fileprivate let isDelta: Bool
  }

  public let der: [UInt8]
  public let summary: CRLSummary
  private let list: RevocationList

  /// - Throws: where the DER is not a CertificateList.
  public init(der: [UInt8]) throws(DERError) {
    self.der = der
    list = try RevocationList(der: der)
    summary = CRLSummary(list)
  }

  public var series: Series { Series(list.head) }
  var version: CRLVersion { list.head.version }

  /// A critical extension that nobody here understands: with such a list every certificate of its issuer would be refused.
  public var unknownCritical: OID? { list.head.unknownCritical }

  public enum TimeFault: Hashable, Sendable {
    case notYetValid(thisUpdate: UnixTime)
    case expired(nextUpdate: UnixTime)
  }

  /// Why the list is none for `now`. A list of the future would be held for the newest one until its time has come.
  ///
  /// - Parameter skew: how far thisUpdate may lie ahead, since clocks differ.
  public func timeFault(at now: UnixTime, skew: Duration = .seconds(300)) -> TimeFault? {
    if summary.thisUpdate > now + skew { return .notYetValid(thisUpdate: summary.thisUpdate) }
    guard let end = summary.nextUpdate, end < now else { return nil }
    return .expired(nextUpdate: end)
  }

  public enum Signer: Hashable, Sendable {
    case known(Certificate)
    /// No CA has the issuer's name.
    case unknown
    /// A CA has the name, and did not sign.
    case foreign
    /// The CA that signed may not sign CRLs (RFC 5280 §4.2.1.3).
    case unauthorized
  }

  /// Which of `authorities` signed the list.
  public func signer(among authorities: [Certificate]) -> Signer {
    let named = authorities.filter { $0.subject.key == list.head.issuerKey }
    if named.isEmpty { return .unknown }
    guard let signer = named.first(where: { $0.publicKey.map { list.isSigned(by: PublicKeyIdentity($0)) } ?? false })
    else { return .foreign }
    // A damaged keyUsage allows nothing.
    guard let usage = try? signer.keyUsage() else { return signer.hasKeyUsage ? .unauthorized : .known(signer) }
    return usage.contains(.cRLSign) ? .known(signer) : .unauthorized
  }
}

extension OfferedRevocationList.Series {
  fileprivate init(_ head: RevocationListHead) {
    issuer = head.issuerKey
    keyIdentifier = head.keyIdentifier
    scope = head.scope
    isDelta = head.isDelta
  }

  /// Whether the lists come from one CA, if perhaps with another key or scope.
  public func hasSameIssuer(as other: Self) -> Bool { issuer == other.issuer }
}

/// A CRL that is held already, of which only the head is read.
public struct HeldRevocationList: Sendable {
  public let der: [UInt8]
  public let series: OfferedRevocationList.Series
  private let head: RevocationListHead

  public init(der: [UInt8]) throws(DERError) {
    self.der = der
    var reader = RevocationListReader(der, readsEntries: false)
    try reader.read()
    head = reader.head
    series = OfferedRevocationList.Series(reader.head)
  }

  public var number: [UInt8]? { head.number }
  public var thisUpdate: UnixTime { head.thisUpdate }

  /// Whether `offer` is a later edition: it may follow, and its number, or without numbers its time, goes on.
  public func isFollowed(by offer: OfferedRevocationList) -> Bool {
    let (held, offered) = (head.version, offer.version)
    guard offered.mayFollow(held) else { return false }
    return held.number == nil ? offered != held : offered.number != held.number
  }
}

extension Certificate {
  fileprivate var hasKeyUsage: Bool { extensions.contains { $0.oid == .keyUsage } }
}
