import ConfigModel
import ConfigSyntax
import PKI
import Trust

/// Whom a server block trusts to vouch for clients, by what its files hold.
struct ClientTrust {
  let snapshot: TrustSnapshot
  /// Of the policies of its locations, in their order.
  let locations: [TrustSnapshot]
  /// The CAs of the server and its locations whose names are sent to clients, each once.
  let named: [Certificate]
  /// What tells these CAs from others, whatever their files are called.
  let fingerprint: [[UInt8]]

  /// `nil` where no CRL is named.
  let revocationLists: LoadedRevocationLists?

  /// `nil` where no certificate is asked for.
  init?(_ settings: TLSSettings, locations policies: LocationTrust, generation: UInt64, feeds: ServerFeeds) {
    guard settings.verifyClient != .off else { return nil }
    let own = ClientAuthorities(settings.clientTrust, feeds.authorities)
    let others = feeds.authorities.certificates(settings.trustedCertificate)
    let places = policies.policies.map { ClientAuthorities($0.setting, feeds.authorities) }
    let sent = ([own] + places).flatMap(\.all)
    var seen: Set<[UInt8]> = []
    named = sent.filter { seen.insert($0.subject.der).inserted }
    var hasher = PolicyHasher()
    for certificate in others { hasher.add(certificate.der) }
    fingerprint = ([own] + places).map(\.fingerprint) + [hasher.finalize()]
    let lists = LoadedRevocationLists(feeds.lists.map(\.value))
    revocationLists = lists
    snapshot = own.snapshot(generation: generation, others: others, crls: lists?.index)
    locations = places.map { $0.snapshot(generation: generation, crls: lists?.index) }
  }

  /// The certificates of `file`; none without one.
  static func authorities(_ file: PathReference?, directive: String) throws(Diagnostic) -> [Certificate] {
    try ClientAuthorities.read(file, directive: directive)
  }
}
