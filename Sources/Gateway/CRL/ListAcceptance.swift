import PKI
import Trust
import TrustFeeds

/// Judges CRLs that came over the network: whether they may take the place of those there are.
///
/// The server is not believed, whatever it is reached by: only a list that a known CA signed, that is no older than the last
/// and that counts now is taken.
struct ListAcceptance: Sendable {
  /// For each server that relies on the list: who may have signed it.
  let signers: [[Certificate]]
  /// `ssl_crl_grace`.
  let grace: Duration

  /// - Parameter earlier: the lists of the same source that are in use.
  func judge(
    _ bytes: [UInt8], from name: String, after earlier: CRLIndex?, at now: UnixTime
  ) -> Result<CRLIndex, ListRefusal> {
    do {
      let index = try Self.read(bytes, from: name)
      if let refusal = refusal(of: index, at: now) { return .failure(refusal) }
      let authorities = Array(signers.joined())
      if let setback = earlier.flatMap({ index.setback(from: $0, authorities: authorities) }) {
        return .failure(.setback(setback))
      }
      return .success(index)
    } catch {
      return .failure(error)
    }
  }

  /// Why the lists can't be used now, whatever was before them.
  func refusal(of index: CRLIndex, at now: UnixTime) -> ListRefusal? {
    for (position, list) in index.summaries.enumerated() {
      for authorities in signers where !index.isSigned(position, byOneOf: authorities) {
        let isKnown = authorities.contains { $0.subject.key == list.issuer.key }
        return isKnown ? .signature(list.issuer) : .unknownIssuer(list.issuer)
      }
      if now < list.thisUpdate { return .notYetValid(list.thisUpdate) }
      if let nextUpdate = list.nextUpdate, nextUpdate + grace < now { return .expired(nextUpdate) }
    }
    return nil
  }

  static func read(_ bytes: [UInt8], from name: String) throws(ListRefusal) -> CRLIndex {
    let lists: [[UInt8]]
    do throws(TrustFileError) {
      lists = try TrustFile.revocationLists(in: bytes, path: name)
    } catch {
      throw .unreadable(error.reason)
    }
    do throws(CRLIndexError) {
      return try CRLIndex(der: lists)
    } catch {
      throw .unreadable("\(error.reason)")
    }
  }
}

/// Why a CRL that came over the network is not taken.
enum ListRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  case unreadable(String)
  case unknownIssuer(DistinguishedName)
  case signature(DistinguishedName)
  case notYetValid(UnixTime)
  case expired(UnixTime)
  case setback(CRLSetback)

  var isAboutSigner: Bool {
    switch self {
    case .unknownIssuer, .signature: true
    case .unreadable, .notYetValid, .expired, .setback: false
    }
  }

  var description: String {
    switch self {
    case .unreadable(let reason): "not a CRL: \(reason)"
    case .unknownIssuer(let name):
      "its issuer \"\(name.rfc2253)\" is none of the CAs here; ssl_trusted_certificate may name it"
    case .signature(let name): "the signature is not that of its issuer \"\(name.rfc2253)\""
    case .notYetValid(let time): "it is not valid before \(time.rfc3339)"
    case .expired(let time): "it expired at \(time.rfc3339)"
    case .setback(let setback): "\(setback)"
    }
  }
}
