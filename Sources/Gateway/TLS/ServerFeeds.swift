import ConfigModel
import ConfigSyntax
import PKI
import TLSEngine
import Trust
import TrustFeeds

/// What a server's TLS is made of: each pair, CA file, CRL, staple and ticket key by itself, so that none of them holds
/// back another.
struct ServerFeeds: Sendable {
  let pairs: [TrustFeed<TLSCredential, Diagnostic>]
  /// `ssl_stapling_file`.
  let staple: TrustFeed<StapleFile, Diagnostic>?
  let ticketKeys: [TrustFeed<[UInt8], Diagnostic>]
  let authorities: AuthorityFeeds
  let lists: [TrustFeed<RevocationSource, Diagnostic>]
  /// The CAs that rules name by `ca:FILE`.
  let ruleAuthorities: [TrustFeed<AuthorityKeys, Diagnostic>]
  /// Opened once.
  let keyLog: KeyLogFile?

  /// - Throws: the first file that is not what it should be: at the start nothing is passed over.
  init(
    _ settings: TLSSettings, locations: LocationTrust, ruleFiles: [PathReference], shared: SharedTLSState
  ) throws(Diagnostic) {
    let material = KeyMaterial(settings: settings)
    authorities = try Self.authorities(settings, locations)
    lists = try Self.lists(settings, authorities, shared.revocationFiles)
    ruleAuthorities = try Self.ruleAuthorities(ruleFiles, shared.ruleAuthorities)
    pairs = try material.pairFeeds()
    staple = try material.stapleFeed()
    ticketKeys = try material.ticketKeyFeeds()
    keyLog = try KeyLogFile(settings.keyLog)
  }

  private static func authorities(
    _ settings: TLSSettings, _ locations: LocationTrust
  ) throws(Diagnostic) -> AuthorityFeeds {
    var feeds = AuthorityFeeds()
    if settings.verifyClient != .off {
      for setting in [settings.clientTrust] + locations.policies.map(\.setting) { try feeds.add(setting) }
    }
    let asksResponders = settings.ocsp != .off || settings.stapling
    if settings.verifyClient != .off || asksResponders {
      try feeds.add(settings.trustedCertificate, for: "ssl_trusted_certificate")
    }
    if asksResponders { try feeds.add(settings.clientCertificate, for: "ssl_client_certificate") }
    if settings.asksDistributionPoints {
      try feeds.add(settings.crlTrustedCertificate, for: "ssl_crl_trusted_certificate")
      try feeds.add(settings.trustedCertificate, for: "ssl_trusted_certificate")
    }
    return feeds
  }

  private static func lists(
    _ settings: TLSSettings, _ authorities: AuthorityFeeds, _ shared: RevocationFiles
  ) throws(Diagnostic) -> [TrustFeed<RevocationSource, Diagnostic>] {
    guard settings.verifyClient != .off else { return [] }
    var feeds: [TrustFeed<RevocationSource, Diagnostic>] = []
    for file in settings.crl {
      let loader = RevocationSourceLoader(reference: file, directive: "ssl_crl", shared: shared) {
        authorities.all.flatMap(\.value)
      }
      feeds.append(try loader.feed())
    }
    return feeds
  }

  private static func ruleAuthorities(
    _ files: [PathReference], _ shared: RuleAuthorities
  ) throws(Diagnostic) -> [TrustFeed<AuthorityKeys, Diagnostic>] {
    var feeds: [TrustFeed<AuthorityKeys, Diagnostic>] = []
    for file in files {
      feeds.append(try TrustFeed([file.path]) { _ throws(Diagnostic) in .init(try shared.read(file)) })
    }
    return feeds
  }

  /// - Parameter others: feeds of the same consumer that are kept elsewhere.
  func intake(with others: [any TrustFeeding]) -> TrustIntake {
    let own: [any TrustFeeding] = pairs + ticketKeys + authorities.all + ruleAuthorities
    return TrustIntake(own + [staple].compactMap { $0 } + others, judged: lists)
  }
}
