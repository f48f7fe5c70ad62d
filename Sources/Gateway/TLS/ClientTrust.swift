import ConfigModel
import ConfigSyntax
import PKI
import Trust
import TrustFeeds

/// Whom a server block trusts to vouch for clients, read from its files.
struct ClientTrust {
  let snapshot: TrustSnapshot
  /// The CAs of `ssl_client_certificate`, whose names are sent to clients.
  let named: [Certificate]

  /// `nil` where no CRL is named.
  let revocationLists: LoadedRevocationLists?

  /// `nil` where no certificate is asked for.
  init?(_ settings: TLSSettings, generation: UInt64, revocationFiles: RevocationFiles) throws(Diagnostic) {
    guard settings.verifyClient != .off else { return nil }
    named = try Self.authorities(settings.clientCertificate, directive: "ssl_client_certificate")
    let others = try Self.authorities(settings.trustedCertificate, directive: "ssl_trusted_certificate")
    let authorities = named + others
    revocationLists = settings.crl.isEmpty ? nil : try revocationFiles.lists(of: settings.crl, for: "ssl_crl")
    try revocationLists?.check(against: authorities)
    snapshot = TrustSnapshot(generation: generation, authorities: authorities, crls: revocationLists?.index)
  }

  /// The certificates of `file`; none without one.
  static func authorities(_ file: PathReference?, directive: String) throws(Diagnostic) -> [Certificate] {
    guard let file else { return [] }
    let bytes = try file.bytes(for: directive)
    do throws(TrustFileError) {
      return try TrustFile.certificates(in: bytes, path: file.path)
    } catch {
      throw Diagnostic("\(error) (\(directive))", at: file.position)
    }
  }
}
