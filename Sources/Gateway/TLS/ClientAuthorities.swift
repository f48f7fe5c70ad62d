import ConfigModel
import ConfigSyntax
import PKI
import Trust
import TrustFeeds

/// The CAs of one place, by the files that the configuration names for it.
struct ClientAuthorities {
  /// Of `ssl_client_certificate`.
  let certificates: [Certificate]
  /// Of `ssl_client_spiffe_bundle`, by trust domain.
  private(set) var bundles: [String: [Certificate]] = [:]

  /// - Throws: the first file that can't be read or is damaged.
  init(_ setting: ClientTrustSetting) throws(Diagnostic) {
    certificates = try Self.read(setting.certificate, directive: "ssl_client_certificate")
    for bundle in setting.spiffeBundles { bundles[bundle.trustDomain] = try Self.read(bundle) }
  }

  /// What is in effect of the files.
  init(_ setting: ClientTrustSetting, _ feeds: AuthorityFeeds) {
    certificates = feeds.certificates(setting.certificate)
    for bundle in setting.spiffeBundles { bundles[bundle.trustDomain] = feeds.certificates(bundle) }
  }

  var all: [Certificate] { certificates + bundles.keys.sorted().flatMap { bundles[$0] ?? [] } }

  /// - Parameter others: CAs of `ssl_trusted_certificate`.
  func snapshot(generation: UInt64, others: [Certificate] = [], crls: CRLIndex?) -> TrustSnapshot {
    TrustSnapshot(generation: generation, authorities: certificates + others, bundles: bundles, crls: crls)
  }

  /// What tells these CAs from others, whatever their files are called.
  var fingerprint: [UInt8] {
    var hasher = PolicyHasher()
    for certificate in certificates { hasher.add(certificate.der) }
    for domain in bundles.keys.sorted() {
      hasher.add("spiffe://\(domain)")
      for certificate in bundles[domain] ?? [] { hasher.add(certificate.der) }
    }
    return hasher.finalize()
  }

  /// The certificates of `file`; none without one.
  static func read(_ file: PathReference?, directive: String) throws(Diagnostic) -> [Certificate] {
    guard let file else { return [] }
    let bytes = try file.bytes(for: directive)
    do throws(TrustFileError) {
      return try TrustFile.certificates(in: bytes, path: file.path)
    } catch {
      throw Diagnostic("\(error) (\(directive))", at: file.position)
    }
  }

  static func read(_ bundle: SPIFFEBundleSetting) throws(Diagnostic) -> [Certificate] {
    let directive = "ssl_client_spiffe_bundle"
    let bytes = try bundle.file.bytes(for: directive)
    do throws(TrustFileError) {
      return try SPIFFEBundle(bytes, path: bundle.file.path).authorities
    } catch {
      throw Diagnostic("\(error) (\(directive))", at: bundle.file.position)
    }
  }
}
