import ConfigModel
import ConfigSyntax
import PKI
import TrustFeeds

/// The files of CAs of one consumer, each a feed of its own.
struct AuthorityFeeds: Sendable {
  typealias Feed = TrustFeed<[Certificate], Diagnostic>

  private enum Kind: Hashable {
    case certificates
    case bundle
  }

  private struct Key: Hashable {
    var kind: Kind
    var path: String
  }

  private var feeds: [Key: Feed] = [:]

  /// In a fixed order.
  var all: [Feed] { feeds.sorted { $0.key.path < $1.key.path }.map(\.value) }

  /// - Throws: the file can't be read, or holds no certificate or a damaged one.
  mutating func add(_ file: PathReference?, for directive: String) throws(Diagnostic) {
    guard let file else { return }
    let key = Key(kind: .certificates, path: file.path)
    if feeds[key] != nil { return }
    feeds[key] = try Feed([file.path]) { _ throws(Diagnostic) in
      .init(try ClientAuthorities.read(file, directive: directive))
    }
  }

  mutating func add(_ setting: ClientTrustSetting) throws(Diagnostic) {
    try add(setting.certificate, for: "ssl_client_certificate")
    for bundle in setting.spiffeBundles {
      let key = Key(kind: .bundle, path: bundle.file.path)
      if feeds[key] != nil { continue }
      feeds[key] = try Feed([bundle.file.path]) { _ throws(Diagnostic) in .init(try ClientAuthorities.read(bundle)) }
    }
  }

  /// The last good ones of a file that was added; none without a file.
  func certificates(_ file: PathReference?) -> [Certificate] {
    file.flatMap { feeds[Key(kind: .certificates, path: $0.path)]?.value } ?? []
  }

  func certificates(_ bundle: SPIFFEBundleSetting) -> [Certificate] {
    feeds[Key(kind: .bundle, path: bundle.file.path)]?.value ?? []
  }
}
