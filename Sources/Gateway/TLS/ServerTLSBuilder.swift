import ConfigModel
import ConfigSyntax
import ContentService
import Cryptography
import Fetch
import PKI
import TLSEngine
import Trust

/// Makes a server block's TLS from its settings and what its files hold: again and again, each time from nothing.
struct ServerTLSBuilder: Sendable {
  let settings: TLSSettings
  var locationTrust = LocationTrust.none
  /// Of rules on identities (`ca:FILE`): clients are judged anew when one changes.
  var ruleFiles: [PathReference] = []
  /// The server's first name as written, for metrics and logs; empty where it has none.
  let name: String
  /// What tells this server from others: its names.
  let identity: [String]
  let offersHTTP2: Bool
  let shared: SharedTLSState
  /// Whom `ssl_stapling_responder authority` means.
  var statusService: (any ContentService)?

  func build(from feeds: ServerFeeds) throws(Diagnostic) -> ServerTLS.State {
    try checkResponders()
    let trust = ClientTrust(settings, locations: locationTrust, generation: shared.nextSnapshot(), feeds: feeds)
    let policy = clientPolicy.verification
    var configuration = try configuration(feeds, trust: trust)
    let fetchTLS = try fetchTLS(feeds)
    let listTLS = try listTLS(feeds)
    let stapling = staplingPlan(configuration.credentials, feeds, fetchTLS)
    for target in stapling.targets {
      let known = shared.staples.response(for: target.key, at: UnixTime(WallClock.now.seconds))
      configuration.credentials[target.index].ocspResponse = known
    }
    do throws(TLSConfigurationError) {
      let context = try TLSServerContext(configuration)
      let hosts = settings.asksDistributionPoints ? AllowedHosts(settings.crlHosts) : nil
      let fetched = hosts.map(shared.distributionPoints.lists)
      let lists = lists(trust?.revocationLists?.index, fetched?.lists ?? [])
      func verifier(_ snapshot: TrustSnapshot) -> Verifier {
        Verifier(snapshot: snapshot.replacing(crls: lists, generation: snapshot.generation), policy: policy)
      }
      return ServerTLS.State(
        context: context, verifier: trust.map { verifier($0.snapshot) },
        locationVerifiers: (trust?.locations ?? []).map(verifier), revocationLists: trust?.revocationLists,
        clientStatus: ClientStatusCheck(settings, memory: shared.statuses(for: settings.ocspCache), tls: fetchTLS),
        distributionPoints: DistributionPointCheck(settings, tls: listTLS, store: shared.distributionPoints),
        listVersion: fetched?.version ?? 0, stapling: stapling)
    } catch {
      throw Diagnostic(
        error.text(certificates: settings.certificate, keys: settings.certificateKey),
        at: settings.$certificate.position)
    }
  }

  /// What clients are judged by: the CRLs of `ssl_crl` and those of distribution points; `nil` where there are none.
  func lists(_ named: CRLIndex?, _ fetched: [CRLIndex]) -> CRLIndex? {
    fetched.isEmpty ? named : CRLIndex(merging: [named].compactMap { $0 } + fetched)
  }

  /// A responder that can't be asked must not quietly leave the choice to the certificates.
  private func checkResponders() throws(Diagnostic) {
    for (url, position) in [
      (settings.ocspResponder, settings.$ocspResponder.position),
      (settings.staplesFromAuthority ? nil : settings.staplingResponder, settings.$staplingResponder.position),
    ] {
      guard let url, FetchURL(network: url) == nil else { continue }
      throw Diagnostic("invalid URL of an OCSP responder \"\(url)\"", at: position)
    }
  }

  private func staplingPlan(
    _ credentials: [TLSCredential], _ feeds: ServerFeeds, _ fetchTLS: FetchTLS?
  ) -> StaplingPlan {
    guard settings.stapling else { return StaplingPlan(unasked: credentials, settings) }
    if let file = settings.staplingFile {
      let isUsed = credentials.contains { $0.ocspResponse != nil }
      let unused = isUsed ? [] : ["\"\(file.path)\" speaks of none of the certificates"]
      return StaplingPlan(unasked: credentials, settings, problems: unused)
    }
    return StaplingPlan(
      settings, credentials: credentials,
      authorities: feeds.authorities.certificates(settings.trustedCertificate)
        + feeds.authorities.certificates(settings.clientCertificate), tls: fetchTLS, service: statusService)
  }

  /// Whom https responders are verified by: `ssl_trusted_certificate`, else `ssl_client_certificate`.
  private func fetchTLS(_ feeds: ServerFeeds) throws(Diagnostic) -> FetchTLS? {
    guard settings.ocsp != .off || settings.stapling else { return nil }
    if let file = settings.trustedCertificate {
      return try FetchTLS.trusting(feeds.authorities.certificates(file), of: file, for: "ssl_trusted_certificate")
    }
    let file = settings.clientCertificate
    return try FetchTLS.trusting(feeds.authorities.certificates(file), of: file, for: "ssl_client_certificate")
  }

  /// Whom https servers of distribution points are verified by: `ssl_crl_trusted_certificate`, else
  /// `ssl_trusted_certificate`.
  private func listTLS(_ feeds: ServerFeeds) throws(Diagnostic) -> FetchTLS? {
    guard settings.asksDistributionPoints else { return nil }
    let (file, directive) =
      settings.crlTrustedCertificate.map { ($0, "ssl_crl_trusted_certificate") }
      ?? (settings.trustedCertificate, "ssl_trusted_certificate")
    return try FetchTLS.trusting(feeds.authorities.certificates(file), of: file, for: directive)
  }

  private var clientPolicy: ClientPolicy { ClientPolicy(settings, locations: locationTrust) }

  private func configuration(_ feeds: ServerFeeds, trust: ClientTrust?) throws(Diagnostic) -> TLSServerConfiguration {
    var configuration = TLSServerConfiguration(
      credentials: credentials(feeds), ticketKeyring: shared.ticketKeyring)
    configuration.choosesCredentials = settings.choosesCertificates
    configuration.peerCertificateLimit = settings.verifyChainLimit
    (configuration.minimumVersion, configuration.maximumVersion) = try versions()
    configuration.cipherList = settings.ciphers
    configuration.groups = settings.ecdhCurve == "auto" ? nil : settings.ecdhCurve
    configuration.tls13CipherList = settings.commands.ciphersuites
    configuration.signatureAlgorithms = settings.commands.signatureAlgorithms
    configuration.peerSignatureAlgorithms =
      settings.commands.clientSignatureAlgorithms ?? settings.commands.signatureAlgorithms
    if let count = settings.commands.ticketCount { configuration.ticketCount = count }
    configuration.preferServerCiphers = settings.preferServerCiphers
    configuration.alpn =
      offersHTTP2 ? ["h2", "http/1.1", "http/1.0", "http/0.9"] : ["http/1.1", "http/1.0", "http/0.9"]
    configuration.clientCertificate = clientCertificate
    configuration.clientCANames = (trust?.named ?? []).map(\.subject.der)
    configuration.tickets = settings.sessionTickets
    configuration.ticketKeys = feeds.ticketKeys.map(\.value)
    configuration.sessionCache = shared.sessionCache(for: settings.sessionCache)
    configuration.sessionTimeout = settings.sessionTimeout
    configuration.policyID = sessionPolicy(trust)
    configuration.rejectHandshake = settings.rejectHandshake
    if let log = feeds.keyLog { configuration.keyLog = { log.append($0) } }
    configuration.maximumRecordSize = settings.bufferSize.bytes
    return configuration
  }

  private func credentials(_ feeds: ServerFeeds) -> [TLSCredential] {
    feeds.pairs.map { pair in
      var credential = pair.value
      credential.ocspResponse = feeds.staple?.value.response(
        for: credential.chain, isAlone: settings.certificate.count == 1)
      return credential
    }
  }

  private var clientCertificate: TLSServerConfiguration.ClientCertificate {
    switch settings.verifyClient {
    case .off: .none
    case .on: settings.verifyClientFailure == .handshake ? .required : .requested
    case .optional, .optionalNoCA: .requested
    }
  }

  /// What sessions are bound to: the server, its policy on clients, and the CAs that its files hold.
  private func sessionPolicy(_ trust: ClientTrust?) -> [UInt8] {
    var hasher = PolicyHasher()
    hasher.add(String(reflecting: identity))
    hasher.add(clientPolicy.digest)
    for place in trust?.fingerprint ?? [] { hasher.add(place) }
    return hasher.finalize()
  }

  private func versions() throws(Diagnostic) -> (TLSVersion, TLSVersion) {
    let versions = Set(settings.protocols.compactMap { TLSVersion($0) })
    guard let range = TLSVersion.newestRange(of: versions) else {
      throw Diagnostic(
        "ssl_protocols names nothing that is supported here: TLSv1, TLSv1.1, TLSv1.2, TLSv1.3",
        at: settings.$protocols.position)
    }
    return (range.lowerBound, range.upperBound)
  }
}

extension TLSVersion {
  /// `nil` for SSLv2 and SSLv3, which nothing here speaks.
  fileprivate init?(_ name: TLSProtocolName) {
    switch name {
    case .ssl2, .ssl3: return nil
    case .tls1: self = .tls1_0
    case .tls1_1: self = .tls1_1
    case .tls1_2: self = .tls1_2
    case .tls1_3: self = .tls1_3
    }
  }
}
