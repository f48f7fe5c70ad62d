import PKI

/// How far a list of CRLs has come: its number and its time (RFC 5280 §5.1.2.4 and §5.2.3).
struct CRLVersion: Hashable, Sendable {
  /// Magnitude without leading zeros; nil where the list has none.
  let number: [UInt8]?
  let thisUpdate: UnixTime

  /// The one rule for every way a CRL comes: neither time nor number goes back, and a list with a number is not followed
  /// by one without. The same version again follows itself.
  func mayFollow(_ held: CRLVersion) -> Bool {
    guard thisUpdate >= held.thisUpdate else { return false }
    return switch (held.number, number) {
    case (let held?, let number?): !RevocationList.isLess(number, than: held)
    case (nil, _): true
    case (.some, nil): false
    }
  }
}

extension RevocationListHead {
  var version: CRLVersion { CRLVersion(number: number, thisUpdate: thisUpdate) }
}

/// Which list a CRL is, and which version of it: what is left to hold later ones against when the list itself is gone.
public struct CRLEdition: Sendable {
  let issuer: DistinguishedName
  let issuerKey: DistinguishedNameKey
  let scope: RevocationScope?
  let isDelta: Bool
  let version: CRLVersion
  /// The key that is known to have signed it.
  let signer: PublicKeyIdentity?

  init(_ list: RevocationList, authorities: [Certificate]) {
    let head = list.head
    issuer = head.issuer
    issuerKey = head.issuerKey
    scope = head.scope
    isDelta = head.isDelta
    version = head.version
    signer = authorities.lazy.filter { $0.subject.key == head.issuerKey }
      .compactMap { $0.publicKey.map(PublicKeyIdentity.init) }.first(where: list.isSigned)
  }

  /// Whether one of the CAs at hand signed it.
  public var isSigned: Bool { signer != nil }

  private func hasSameSubject(as other: CRLEdition) -> Bool { issuerKey == other.issuerKey && scope == other.scope }

  /// A CA that got another key counts anew.
  private func isComparable(to other: CRLEdition) -> Bool {
    signer == nil || other.signer == nil || signer == other.signer
  }

  private func follows(_ old: CRLEdition) -> Bool { isComparable(to: old) && version.mayFollow(old.version) }

  /// Why `next` must not take the place of `held`; nil where it may.
  ///
  /// - Parameter allowsAbsence: whether a list may be gone. A complete one that is gone refuses the certificates of its
  ///   issuer; a delta that is gone must be contained in the complete list.
  public static func setback(
    from held: [CRLEdition], to next: [CRLEdition], allowsAbsence: Bool
  ) -> CRLSetback? {
    for old in held {
      let kin = next.filter { $0.hasSameSubject(as: old) }
      if old.isDelta, kin.contains(where: { !$0.isDelta && $0.follows(old) }) { continue }
      var heirs = kin.filter { $0.isDelta == old.isDelta }
      if heirs.isEmpty {
        guard allowsAbsence else { return .missing(issuer: old.issuer) }
        heirs = kin.filter { old.isDelta && !$0.isDelta }
      }
      let comparable = heirs.filter { $0.isComparable(to: old) }
      guard let newest = comparable.map(\.version.thisUpdate).max() else { continue }
      if comparable.contains(where: { $0.follows(old) }) { continue }
      return .older(issuer: old.issuer, thisUpdate: newest, than: old.version.thisUpdate)
    }
    return nil
  }

  /// What later lists are held against once `next` is in effect: it, and what it has nothing in place of.
  public static func merged(_ held: [CRLEdition], with next: [CRLEdition]) -> [CRLEdition] {
    let others = held.filter { old in
      !next.contains { $0.hasSameSubject(as: old) && $0.isDelta == old.isDelta && $0.follows(old) }
    }
    return others + next
  }
}

/// Why a set of CRLs is no successor of another.
public enum CRLSetback: Hashable, Sendable {
  /// Nothing takes the place of this issuer's list.
  case missing(issuer: DistinguishedName)
  /// The list is older than the one there is.
  case older(issuer: DistinguishedName, thisUpdate: UnixTime, than: UnixTime)
}

extension CRLSetback: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing(let name): "the list of \"\(name.rfc2253)\" that was there is missing"
    case .older(_, let time, let known):
      "it is older than the one in use (thisUpdate \(time.rfc3339), known \(known.rfc3339), or a lower CRL number)"
    }
  }
}

extension CRLIndex {
  /// Each list's edition.
  ///
  /// - Parameter authorities: who may have signed.
  public func editions(among authorities: [Certificate]) -> [CRLEdition] {
    all.map { CRLEdition($0, authorities: authorities) }
  }

  /// Why these lists must not take the place of `earlier` ones from the same source; nil where they may. For each list that
  /// was there, one of the same issuer and scope must be there.
  public func setback(from earlier: CRLIndex, authorities: [Certificate] = []) -> CRLSetback? {
    CRLEdition.setback(
      from: earlier.editions(among: authorities), to: editions(among: authorities), allowsAbsence: false)
  }
}
