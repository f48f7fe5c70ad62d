import ConfigModel
import ConfigSyntax
import PKI
import TLSEngine
import TrustFeeds

/// What the gateway's TLS towards an upstream is made of, each file or pair by itself.
struct UpstreamFeeds: Sendable {
  /// `nil` where no certificate is shown, or a variable chooses it.
  let pair: TrustFeed<TLSCredential, Diagnostic>?
  /// `nil` where the pair has them.
  let passphrases: TrustFeed<[[UInt8]], Diagnostic>?
  /// `nil` where upstreams are not verified.
  let authorities: TrustFeed<[Certificate], Diagnostic>?
  let lists: TrustFeed<RevocationSource, Diagnostic>?

  /// - Throws: the first file that is not what it should be: at the start nothing is passed over.
  init(_ settings: ProxyTLSSettings, revocationFiles: RevocationFiles) throws(Diagnostic) {
    pair = try UpstreamCredentials.feed(settings)
    passphrases =
      settings.choosesCertificate
      ? try settings.passwordFile?.passphraseFeed(for: "proxy_ssl_password_file") : nil
    guard settings.verify else {
      authorities = nil
      lists = nil
      return
    }
    guard let file = settings.trustedCertificate else {
      throw Diagnostic("no proxy_ssl_trusted_certificate for proxy_ssl_verify", at: settings.$verify.position)
    }
    let feed = try TrustFeed([file.path]) { _ throws(Diagnostic) in
      TrustFeed<[Certificate], Diagnostic>.Loaded(try UpstreamCredentials.authorities(in: file))
    }
    authorities = feed
    lists = try settings.crl.map { list throws(Diagnostic) in
      try RevocationSourceLoader(reference: list, directive: "proxy_ssl_crl", shared: revocationFiles) { feed.value }
        .feed()
    }
  }

  var intake: TrustIntake {
    let feeds: [(any TrustFeeding)?] = [pair, passphrases, authorities]
    return TrustIntake(feeds.compactMap { $0 }, judged: [lists].compactMap { $0 })
  }
}
