import ConfigModel
import ConfigSyntax
import PKI
import Trust

/// Whom a server block trusts to vouch for clients, read from its files.
struct ClientTrust {
  let snapshot: TrustSnapshot
  /// Of the policies of its locations, in their order.
  let locations: [TrustSnapshot]
  /// The CAs of the server and its locations whose names are sent to clients, each once.
  let named: [Certificate]
  /// What tells this trust from others, but for CRLs and `ssl_trusted_certificate`.
  let fingerprint: [[UInt8]]

  /// `nil` where no CRL is named.
  let revocationLists: LoadedRevocationLists?

  /// `nil` where no certificate is asked for.
  init?(
    _ settings: TLSSettings, locations policies: LocationTrust, generation: UInt64, revocationFiles: RevocationFiles
  ) throws(Diagnostic) {
    guard settings.verifyClient != .off else { return nil }
    let own = try ClientAuthorities(settings.clientTrust)
    let others = try Self.authorities(settings.trustedCertificate, directive: "ssl_trusted_certificate")
    var places: [ClientAuthorities] = []
    for policy in policies.policies { places.append(try ClientAuthorities(policy.setting)) }
    let sent = ([own] + places).flatMap(\.all)
    var seen: Set<[UInt8]> = []
    named = sent.filter { seen.insert($0.subject.der).inserted }
    fingerprint = ([own] + places).map(\.fingerprint)
    let lists = settings.crl.isEmpty ? nil : try revocationFiles.lists(of: settings.crl, for: "ssl_crl")
    try lists?.check(against: sent + others)
    revocationLists = lists
    snapshot = own.snapshot(generation: generation, others: others, crls: lists?.index)
    locations = places.map { $0.snapshot(generation: generation, crls: lists?.index) }
  }

  /// The certificates of `file`; none without one.
  static func authorities(_ file: PathReference?, directive: String) throws(Diagnostic) -> [Certificate] {
    try ClientAuthorities.read(file, directive: directive)
  }
}
