import Cryptography
import PKI

/// CRLs made ready for questions: by issuer, newest first, serials sorted, signatures checked once a key.
public final class CRLIndex: Sendable {
  private let complete: [DistinguishedNameKey: [RevocationList]]
  private let deltas: [DistinguishedNameKey: [RevocationList]]
  let all: [RevocationList]

  /// - Throws: which of the lists is not one, counted from 0, and where.
  public init(der lists: [[UInt8]]) throws(CRLIndexError) {
    var all: [RevocationList] = []
    for (position, der) in lists.enumerated() {
      do throws(DERError) {
        all.append(try RevocationList(der: der))
      } catch { throw CRLIndexError(position: position, reason: error) }
    }
    self.all = all
    complete = Self.index(all.filter { !$0.head.isDelta })
    deltas = Self.index(all.filter(\.head.isDelta))
  }

  /// The lists of several indexes, which are shared, not read again.
  public init(merging indexes: [CRLIndex]) {
    all = indexes.flatMap(\.all)
    complete = Self.index(all.filter { !$0.head.isDelta })
    deltas = Self.index(all.filter(\.head.isDelta))
  }

  public convenience init(_ lists: [CertificateRevocationList]) throws(CRLIndexError) {
    try self.init(der: lists.map(\.der))
  }

  private static func index(_ lists: [RevocationList]) -> [DistinguishedNameKey: [RevocationList]] {
    Dictionary(grouping: lists, by: \.head.issuerKey).mapValues { $0.sorted { $0.isNewer(than: $1) } }
  }

  /// Rows of all lists.
  public var entryCount: Int { all.reduce(0) { $0 + $1.count } }
  public var listCount: Int { all.count }

  /// When the first of the lists must be replaced; nil when none says.
  public var earliestNextUpdate: UnixTime? { all.compactMap(\.head.nextUpdate).min() }

  /// Issuer, thisUpdate and nextUpdate of each list, for logs and metrics.
  public var summaries: [CRLSummary] {
    all.map(CRLSummary.init)
  }

  /// Whether one of `issuers` signed list number `position`, for those who load it: a list that nobody here could have
  /// signed is no list. Also true when none of `issuers` has the list's name, since its issuer may come with the peer.
  public func isPlausible(_ position: Int, among issuers: [Certificate]) -> Bool {
    let list = all[position]
    let named = issuers.filter { $0.subject.key == list.head.issuerKey }
    return named.isEmpty
      || named.contains { issuer in
        // A key that cannot be asked, such as DSA without parameters, speaks neither for nor against the list.
        issuer.publicKey.map { $0.needsParameters || list.isSigned(by: PublicKeyIdentity($0)) } ?? true
      }
  }

  /// Whether one of `issuers`, by name and key, signed list number `position`.
  public func isSigned(_ position: Int, byOneOf issuers: [Certificate]) -> Bool {
    let list = all[position]
    return issuers.contains { issuer in
      guard issuer.subject.key == list.head.issuerKey, let key = issuer.publicKey else { return false }
      return list.isSigned(by: PublicKeyIdentity(key))
    }
  }

  /// Complete lists of this issuer, newest first.
  func lists(of issuer: DistinguishedNameKey) -> [RevocationList] { complete[issuer] ?? [] }

  /// Delta lists that update `base` (RFC 5280 §5.2.4), newest first.
  func deltas(to base: RevocationList) -> [RevocationList] {
    guard let number = base.head.number else { return [] }
    return (deltas[base.head.issuerKey] ?? []).filter { delta in
      guard let from = delta.head.baseNumber, let deltaNumber = delta.head.number else { return false }
      return delta.head.scope == base.head.scope && delta.head.keyIdentifier == base.head.keyIdentifier
        && !RevocationList.isLess(number, than: from) && RevocationList.isLess(number, than: deltaNumber)
    }
  }
}

/// What a CRL says of itself.
public struct CRLSummary: Sendable, Hashable {
  public let issuer: DistinguishedName
  /// Magnitude of cRLNumber, without leading zeros; nil where the list has none.
  public let number: [UInt8]?
  public let isDelta: Bool
  public let thisUpdate: UnixTime
  public let nextUpdate: UnixTime?
  public let entries: Int

  init(_ list: RevocationList) {
    issuer = list.head.issuer
    number = list.head.number
    isDelta = list.head.isDelta
    thisUpdate = list.head.thisUpdate
    nextUpdate = list.head.nextUpdate
    entries = list.count
  }
}

/// A list that could not be read.
public struct CRLIndexError: Error, Hashable, Sendable {
  /// Which of the lists given, from 0.
  public let position: Int
  public let reason: DERError
}

extension RevocationList {
  func isNewer(than other: RevocationList) -> Bool {
    if head.thisUpdate != other.head.thisUpdate { return head.thisUpdate > other.head.thisUpdate }
    return Self.isLess(other.head.number ?? [], than: head.number ?? [])
  }

  /// Magnitudes without leading zeros, of any length.
  static func isLess(_ a: [UInt8], than b: [UInt8]) -> Bool {
    a.count != b.count ? a.count < b.count : a.lexicographicallyPrecedes(b)
  }
}
