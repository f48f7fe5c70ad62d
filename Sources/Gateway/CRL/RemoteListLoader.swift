import ConfigModel
import ConfigSyntax
import Fetch
import PKI

/// Gets the CRLs that `ssl_crl` names by URL before a configuration is made ready, all at once.
struct RemoteListLoader {
  let shared: RemoteLists
  let errorLog: ErrorLogRuntime

  /// While there is a copy to fall back on, and without one.
  private static let patience = (Duration.seconds(5), Duration.seconds(30))

  /// Fetches what is not at hand; waits for it.
  ///
  /// - Throws: a list that can't be had, and of which no copy can be used.
  func load(_ lists: [RemoteList]) throws(Diagnostic) {
    let now = UnixTime(WallClock.now.seconds)
    var copies: [Result<ListCopy, UnusableCopy>] = []
    var missing: [RemoteList] = []
    for list in lists {
      let copy = list.usableCopy(at: now)
      if case .success = copy, shared.isKept(list, at: now) { continue }
      missing.append(list)
      copies.append(copy)
    }
    let requests = zip(missing, copies).map { list, copy in
      let known = try? copy.get()
      return list.request(known?.validators, within: known == nil ? Self.patience.1 : Self.patience.0)
    }
    for (index, result) in Fetch.run(requests).enumerated() {
      try settle(missing[index], result, copies[index])
    }
    FreedMemory.giveBack()
  }

  private func settle(
    _ list: RemoteList, _ result: Result<FetchResponse, FetchError>, _ copy: Result<ListCopy, UnusableCopy>
  ) throws(Diagnostic) {
    guard case .failed(let reason) = shared.take(result, for: list, at: UnixTime(WallClock.now.seconds)) else { return }
    if case .failure(let unusable) = copy {
      throw Diagnostic("CRL \"\(list.url)\": \(reason); \(unusable.reason) (ssl_crl)", at: list.position)
    }
    errorLog.write(.error, "CRL \"\(list.url)\": \(reason); the copy \"\(list.path)\" is used")
  }
}

extension RemoteList {
  /// What the servers of a configuration name by URL, each once.
  ///
  /// - Throws: a URL or a CA file that can't be used.
  static func all(of blocks: [ServerBlock]) throws(Diagnostic) -> [RemoteList] {
    var lists: [RemoteList] = []
    for block in blocks where block.tls.verifyClient != .off && block.listens.contains(where: \.isTLS) {
      let named = block.tls.crl.filter { $0.url != nil }
      if named.isEmpty { continue }
      let authorities = try ClientTrust.authorities(of: block)
      let tls = try FetchTLS.forRevocationLists(block.tls)
      for reference in named {
        if let known = lists.firstIndex(where: { $0.path == reference.path }) {
          lists[known].signers.append(authorities)
        } else {
          lists.append(try RemoteList(reference, block.tls, tls, signers: authorities))
        }
      }
    }
    return lists
  }

  private init(
    _ reference: PathReference, _ settings: TLSSettings, _ tls: FetchTLS?, signers: [Certificate]
  ) throws(Diagnostic) {
    guard let url = FetchURL(network: reference.name) else {
      throw Diagnostic("invalid URL of a CRL \"\(reference.name)\" (ssl_crl)", at: reference.position)
    }
    self.init(
      url, path: reference.path, at: reference.position, settings, tls, isConfigured: true, signers: signers)
  }

  init(
    _ url: FetchURL, path: String = "", at position: SourcePosition?, _ settings: TLSSettings, _ tls: FetchTLS?,
    isConfigured: Bool, signers: [Certificate]
  ) {
    self.init(
      url: url, path: path, position: position, tls: tls, hosts: AllowedHosts(settings.crlHosts),
      isConfigured: isConfigured, mostBytes: settings.crlMaxSize.bytes, refresh: settings.crlRefresh,
      grace: settings.crlGrace, signers: [signers])
  }
}

extension FetchTLS {
  /// `ssl_crl_trusted_certificate`, else `ssl_trusted_certificate`.
  static func forRevocationLists(_ settings: TLSSettings) throws(Diagnostic) -> FetchTLS? {
    if let file = settings.crlTrustedCertificate {
      return try trusting(file, directive: "ssl_crl_trusted_certificate")
    }
    return try trusting(settings.trustedCertificate, directive: "ssl_trusted_certificate")
  }
}

extension ClientTrust {
  /// Every CA that may vouch for a server's clients.
  static func authorities(of server: ServerBlock) throws(Diagnostic) -> [Certificate] {
    var found = try authorities(server.tls.trustedCertificate, directive: "ssl_trusted_certificate")
    for trust in [server.tls.clientTrust] + LocationTrust(server).policies.map(\.setting) {
      found += try ClientAuthorities(trust).all
    }
    return found
  }
}
