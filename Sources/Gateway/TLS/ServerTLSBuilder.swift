import ConfigModel
import ConfigSyntax
import ContentService
import Cryptography
import Fetch
import PKI
import TLSEngine
import Trust

/// Makes a server block's TLS from its settings and files: again and again, each time from nothing.
struct ServerTLSBuilder: Sendable {
  let settings: TLSSettings
  var locationTrust = LocationTrust.none
  /// The server's first name as written, for metrics and logs; empty where it has none.
  let name: String
  /// What tells this server from others: its names.
  let identity: [String]
  let offersHTTP2: Bool
  let shared: SharedTLSState
  /// Whom `ssl_stapling_responder authority` means.
  var statusService: (any ContentService)?

  func build() throws(Diagnostic) -> ServerTLS.State {
    try checkResponders()
    let trust = try ClientTrust(
      settings, locations: locationTrust, generation: shared.nextSnapshot(), revocationFiles: shared.revocationFiles)
    let policy = verificationPolicy
    var configuration = try configuration(trust: trust, policy: policy)
    let fetchTLS = try fetchTLS()
    let listTLS = settings.asksDistributionPoints ? try FetchTLS.forRevocationLists(settings) : nil
    let stapling = try staplingPlan(configuration.credentials, fetchTLS)
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
      throw Diagnostic(Self.text(error, settings), at: settings.$certificate.position)
    }
  }

  /// What clients are judged by: the CRLs of `ssl_crl` and those of distribution points; `nil` where there are none.
  func lists(_ named: CRLIndex?, _ fetched: [CRLIndex]) -> CRLIndex? {
    fetched.isEmpty ? named : CRLIndex(merging: [named].compactMap { $0 } + fetched)
  }

  var files: Set<String> {
    let certificates = settings.choosesCertificates ? [] : settings.certificate + settings.certificateKey
    let several = certificates.filter { !$0.path.hasPrefix("data:") } + settings.crl + settings.sessionTicketKeys
    let single = [
      settings.passwordFile, settings.trustedCertificate, settings.staplingFile, settings.crlTrustedCertificate,
    ]
    let trust = ([settings.clientTrust] + locationTrust.policies.map(\.setting)).flatMap(\.files)
    return Set((several + trust + single.compactMap { $0 }).map(\.path))
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
    _ credentials: [TLSCredential], _ fetchTLS: FetchTLS?
  ) throws(Diagnostic) -> StaplingPlan {
    guard settings.stapling else { return StaplingPlan(unasked: credentials, settings) }
    if let file = settings.staplingFile {
      let isUsed = credentials.contains { $0.ocspResponse != nil }
      let unused = isUsed ? [] : ["\"\(file.path)\" speaks of none of the certificates"]
      return StaplingPlan(unasked: credentials, settings, problems: unused)
    }
    return StaplingPlan(
      settings, credentials: credentials,
      authorities: try ClientTrust.authorities(settings.trustedCertificate, directive: "ssl_trusted_certificate")
        + ClientTrust.authorities(settings.clientCertificate, directive: "ssl_client_certificate"), tls: fetchTLS,
      service: statusService)
  }

  /// Whom https responders are verified by: `ssl_trusted_certificate`, else `ssl_client_certificate`.
  private func fetchTLS() throws(Diagnostic) -> FetchTLS? {
    guard settings.ocsp != .off || settings.stapling else { return nil }
    if let file = settings.trustedCertificate {
      return try FetchTLS.trusting(file, directive: "ssl_trusted_certificate")
    }
    return try FetchTLS.trusting(settings.clientCertificate, directive: "ssl_client_certificate")
  }

  private var verificationPolicy: VerificationPolicy {
    VerificationPolicy(
      purpose: .client, maximumDepth: settings.verifyDepth, revocation: revocation, crlGrace: settings.crlGrace,
      profile: VerifierProfile(settings.verifyProfile))
  }

  private var revocation: RevocationMode {
    if settings.crl.isEmpty, !settings.crlDistributionPoints { return .off }
    return settings.crlCheck == .leaf ? .leaf : .chain
  }

  private func configuration(
    trust: ClientTrust?, policy: VerificationPolicy
  ) throws(Diagnostic) -> TLSServerConfiguration {
    let material = KeyMaterial(settings: settings)
    var configuration = TLSServerConfiguration(
      credentials: settings.choosesCertificates ? [] : try material.credentials(),
      ticketKeyring: shared.ticketKeyring)
    configuration.choosesCredentials = settings.choosesCertificates
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
    configuration.ticketKeys = try material.ticketKeys()
    configuration.sessionCache = shared.sessionCache(for: settings.sessionCache)
    configuration.sessionTimeout = settings.sessionTimeout
    configuration.policyID = policyID(trust: trust, policy: policy)
    configuration.rejectHandshake = settings.rejectHandshake
    if let log = try KeyLogFile(settings.keyLog) { configuration.keyLog = { log.append($0) } }
    configuration.maximumRecordSize = settings.bufferSize.bytes
    return configuration
  }

  private var clientCertificate: TLSServerConfiguration.ClientCertificate {
    switch settings.verifyClient {
    case .off: .none
    case .on: settings.verifyClientFailure == .handshake ? .required : .requested
    case .optional, .optionalNoCA: .requested
    }
  }

  /// A hash of everything that decides whether a client is let in: sessions do not cross it.
  private func policyID(trust: ClientTrust?, policy: VerificationPolicy) -> [UInt8] {
    var hasher = PolicyHasher()
    let modes = [settings.verifyClient.rawValue, settings.verifyClientFailure.rawValue, settings.ocsp.rawValue]
    let points = settings.crlDistributionPoints ? ["points"] + settings.crlHosts : []
    let words = identity + modes + [settings.ocspFailure.rawValue, settings.ocspResponder ?? ""] + points
    for word in words { hasher.add(word) }
    for place in trust?.fingerprint ?? [] { hasher.add(place) }
    for file in [settings.trustedCertificate].compactMap({ $0 }) + settings.crl { hasher.add(file.path) }
    hasher.add(policy.fingerprint)
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

  private static func text(_ error: TLSConfigurationError, _ settings: TLSSettings) -> String {
    func path(_ index: Int, _ files: [PathReference]) -> String {
      index < files.count ? "\"\(files[index].path)\"" : "number \(index + 1)"
    }
    return switch error {
    case .noUsableCipher(let list): "no cipher of \"\(list)\" (ssl_ciphers) is supported"
    case .unknownCipher(let name): "unknown cipher \"\(name)\" in Ciphersuites of ssl_conf_command"
    case .unknownSignatureAlgorithm(let name): "unknown signature algorithm \"\(name)\" in ssl_conf_command"
    case .unknownGroup(let name): "unknown group \"\(name)\" in ssl_ecdh_curve"
    case .keyMismatch(let index, _):
      "the key \(path(index, settings.certificateKey)) is not that of the certificate \(path(index, settings.certificate))"
    case .unusableCertificate(let index, let reason):
      "the certificate \(path(index, settings.certificate)) can't be used: \(reason.name)"
    default: "\(error)"
    }
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
