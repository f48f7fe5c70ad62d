import Cryptography
import PKI
import Trust
import TrustFeeds

/// Where a list belongs: a file of `ssl_crl` with an earlier edition, one with other lists of its issuer, or a new file in a
/// directory.
struct CRLPlace {
  /// As `ssl_crl` names it: the file itself or its directory.
  let source: String
  private let path: String
  private let held: [HeldRevocationList]
  private let isDER: Bool

  /// - Parameter sources: the paths of `ssl_crl`.
  init(of offer: OfferedRevocationList, in sources: [String]) throws(CRLPushRefusal) {
    var places: [CRLPlace] = []
    for source in sources { places += try Self.places(in: source) }
    let series = places.filter { place in place.held.contains { $0.series == offer.series } }
    let issuers = places.filter { place in
      !place.isDER && place.held.contains { $0.series.hasSameIssuer(as: offer.series) }
    }
    // Of several editions the newest is the one that counts.
    if let known = series.max(by: { $0.newest(of: offer.series) < $1.newest(of: offer.series) }) ?? issuers.first {
      self = known
      return
    }
    guard let directory = sources.first(where: { PlacedFile.isDirectory($0) }) else {
      throw .noPlace(offer.summary.issuer.rfc2253)
    }
    self.init(source: directory, path: "\(directory)/\(Self.fileName(offer))", held: [], isDER: false)
  }

  private init(source: String, path: String, held: [HeldRevocationList], isDER: Bool) {
    self.source = source
    self.path = path
    self.held = held
    self.isDER = isDER
  }

  private static func places(in source: String) throws(CRLPushRefusal) -> [CRLPlace] {
    do {
      return try TrustFile.revocationListFiles(at: source).map { file in
        CRLPlace(
          source: source, path: file.path, held: try file.lists.map { try HeldRevocationList(der: $0) },
          isDER: file.isDER)
      }
    } catch let error as TrustFileError {
      throw .unreadable("\(error)")
    } catch {
      throw .unreadable("\(source): \(error)")
    }
  }

  private func newest(of series: OfferedRevocationList.Series) -> Int64 {
    held.filter { $0.series == series }.map(\.thisUpdate.seconds).max() ?? .min
  }

  /// Whether the list is a later edition of what is held; `false` where it is held itself.
  func isNews(_ offer: OfferedRevocationList) throws(CRLPushRefusal) -> Bool {
    for known in held where known.series == offer.series {
      if known.der == offer.der { return false }
      guard known.isFollowed(by: offer) else {
        throw .older(
          held: Self.text(known.number, known.thisUpdate),
          offered: Self.text(offer.summary.number, offer.summary.thisUpdate))
      }
    }
    return true
  }

  /// Replaces earlier editions, keeps other lists of the file, and is on the disk when this returns.
  func write(_ offer: OfferedRevocationList) throws(CRLPushRefusal) {
    var lists = held.filter { $0.series != offer.series }.map(\.der)
    lists.append(offer.der)
    let bytes = isDER ? offer.der : lists.flatMap { PEM.encode(label: "X509 CRL", der: $0) }
    try PlacedFile.replace(path, with: bytes)
  }

  private static func text(_ number: [UInt8]?, _ thisUpdate: UnixTime) -> String {
    "\(number.map { "number \(CRLNumberText.text($0)) of " } ?? "")\(thisUpdate.rfc3339)"
  }

  /// Readable, and the same for each edition of a list but for no other.
  private static func fileName(_ offer: OfferedRevocationList) -> String {
    let name = offer.summary.issuer.commonName ?? "crl"
    let readable = name.utf8.prefix(40).map { byte -> UInt8 in
      let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      return isPlain ? byte : UInt8(ascii: "-")
    }
    var hasher = SHA256Hasher()
    hasher.update(offer.summary.issuer.der)
    let mark = hasher.finalize().prefix(4).flatMap {
      [hexDigit($0 >> 4, upperCase: false), hexDigit($0 & 0xF, upperCase: false)]
    }
    return "\(readable.asText)-\(mark.asText)\(offer.summary.isDelta ? ".delta" : "").crl"
  }
}
