import ConfigSyntax

extension DirectiveTable {
  /// CRLs that the gateway fetches itself.
  static let revocationListRows: [DirectiveRow] = [
    .value(
      "ssl_crl_cache", in: .connection, \.tls.$crlCache, .directory, default: "crl_cache",
      "The directory, relative to the prefix, in which CRLs that were fetched are kept for the next start. Made if it "
        + "is not there."),
    .value(
      "ssl_crl_refresh", in: .connection, \.tls.$crlRefresh, Grammar<Duration>.seconds, default: "1h",
      "The longest time until a CRL's URL is asked again, which costs little while nothing has changed; always in time "
        + "before the CRL ends, and sooner where the server's Cache-Control says so."),
    .value(
      "ssl_crl_max_size", in: .connection, \.tls.$crlMaxSize, .size(in: 1...(1 << 31)), default: "256m",
      "The largest CRL that is fetched."),
    .value(
      "ssl_crl_trusted_certificate", in: .connection, \.tls.$crlTrustedCertificate,
      Grammar<PathReference>.file.optional, default: nil,
      "CAs that https servers of CRLs are verified against; without it those of ssl_trusted_certificate."),
    .value(
      "ssl_crl_distribution_points", in: .connection, \.tls.$crlDistributionPoints, .flag, default: "off",
      "Whether the CRLs that clients' certificates name are fetched, within the handshake where they are not at hand. "
        + "Only for certificates that are good otherwise, and only from ssl_crl_hosts."),
    .list(
      "ssl_crl_hosts", in: .connection, \.tls.$crlHosts, .hosts, default: nil,
      "Hosts (*.example.com: all below a domain; *: any with a public address) from which a CRL that a certificate names "
        + "may be fetched, and to which the server of a CRL may redirect."),
  ]
}

extension Grammar where Value == [PathReference] {
  /// Files, directories, URLs, and the CA on this machine.
  static var revocationLists: Grammar {
    Grammar("file | url | authority") { invocation throws(Diagnostic) in
      let text = invocation.text(0)
      if text == "authority" {
        var reference = PathReference(path: "", position: invocation.position)
        reference.isAuthority = true
        return [reference]
      }
      guard text.lowercased().hasPrefix("http://") || text.lowercased().hasPrefix("https://") else {
        return [try invocation.file(0)]
      }
      var reference = PathReference(path: "", position: invocation.position)
      reference.url = text
      return [reference]
    }
  }
}

extension Grammar where Value == PathReference? {
  /// A directory under the prefix.
  fileprivate static var directory: Grammar {
    Grammar("path") { invocation throws(Diagnostic) in
      let text = invocation.text(0)
      guard !text.isEmpty, !text.contains("$") else { throw invocation.invalidValue() }
      return PathReference(path: invocation.reading.paths.underPrefix(text), position: invocation.position)
    }
  }
}

extension Grammar where Value == [String] {
  static var hosts: Grammar {
    Grammar("host …", .atLeast(1)) { invocation throws(Diagnostic) in
      invocation.texts.map { $0.lowercased() }
    }
  }
}

extension Assembly {
  /// Gives each URL of `ssl_crl` the file in which its CRL is kept.
  func placed(_ lists: [PathReference], in cache: PathReference?) -> [PathReference] {
    let directory = cache?.path ?? reading.paths.underPrefix("crl_cache")
    return lists.map { list in
      guard let url = list.url else { return list }
      var list = list
      list.path = (directory.hasSuffix("/") ? directory : directory + "/") + Self.fileName(of: url)
      return list
    }
  }

  /// Readable, and different for different URLs: FNV-1a tells those apart that read the same.
  private static func fileName(of url: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in url.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let place = url.drop { $0 != "/" }.drop { $0 == "/" }
    let readable = place.prefix(80).map {
      $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") ? $0 : "_"
    }
    return String(readable.drop { $0 == "." }) + "-" + String(hash, radix: 16) + ".crl"
  }
}

extension Assembly {
  func checkRevocationLists(_ tls: TLSSettings) throws(Diagnostic) {
    guard tls.verifyClient != .off else { return }
    if tls.crlDistributionPoints, tls.crlHosts.isEmpty {
      throw Diagnostic(
        "no \"ssl_crl_hosts\" for \"ssl_crl_distribution_points\": name the hosts that may be asked",
        at: tls.$crlDistributionPoints.position)
    }
    if tls.crlDistributionPoints, tls.verifyClient == .optionalNoCA {
      throw Diagnostic(
        "\"ssl_crl_distribution_points\" is incompatible with \"ssl_verify_client optional_no_ca\"",
        at: tls.$crlDistributionPoints.position)
    }
    guard tls.crlTrustedCertificate == nil, tls.trustedCertificate == nil else { return }
    if let list = tls.crl.first(where: { $0.url?.lowercased().hasPrefix("https:") == true }) {
      throw Diagnostic(
        "no \"ssl_crl_trusted_certificate\" or \"ssl_trusted_certificate\" to verify the server of \"\(list.name)\"",
        at: list.position)
    }
  }
}
