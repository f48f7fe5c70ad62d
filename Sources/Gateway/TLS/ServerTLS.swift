import ConfigModel
import ConfigSyntax
import PKI
import Synchronization
import TLSEngine
import Trust
import TrustFeeds

/// How one server block terminates TLS now: the context of its handshakes and the verifier of its clients.
///
/// Replaced whole when what one of its files holds comes into effect; a connection keeps what it began with.
final class ServerTLS: TrustConsumer {
  /// A class, so that each request's look at it costs one reference.
  final class State: Sendable {
    let context: TLSServerContext
    /// `nil` where no certificate is asked for.
    let verifier: Verifier?
    /// Of the policies of its locations, in their order; empty where no location has one.
    let locationVerifiers: [Verifier]
    /// Both, as a handshake asks them.
    let judges: [HandshakeJudge]
    /// `nil` where no CRL is named.
    let revocationLists: LoadedRevocationLists?
    /// `nil` where clients' certificates are not asked about.
    let clientStatus: ClientStatusCheck?
    /// `nil` where certificates' distribution points are not asked.
    let distributionPoints: DistributionPointCheck?
    /// Of the distribution points' lists that `verifier` has.
    let listVersion: UInt64
    let stapling: StaplingPlan

    init(
      context: TLSServerContext, verifier: Verifier?, locationVerifiers: [Verifier] = [],
      revocationLists: LoadedRevocationLists?, clientStatus: ClientStatusCheck?,
      distributionPoints: DistributionPointCheck?, listVersion: UInt64, stapling: StaplingPlan
    ) {
      self.context = context
      self.verifier = verifier
      self.locationVerifiers = locationVerifiers
      judges = HandshakeJudge.all(verifier, locations: locationVerifiers)
      self.revocationLists = revocationLists
      self.clientStatus = clientStatus
      self.distributionPoints = distributionPoints
      self.listVersion = listVersion
      self.stapling = stapling
    }

    fileprivate func replacing(context: TLSServerContext) -> State {
      State(
        context: context, verifier: verifier, locationVerifiers: locationVerifiers, revocationLists: revocationLists,
        clientStatus: clientStatus, distributionPoints: distributionPoints, listVersion: listVersion,
        stapling: stapling)
    }

    /// Its clients judged by other CRLs.
    fileprivate func replacing(crls: CRLIndex?, version: UInt64, generation: UInt64) -> State {
      func renewed(_ verifier: Verifier) -> Verifier {
        Verifier(
          snapshot: verifier.snapshot.replacing(crls: crls, generation: generation), policy: verifier.policy)
      }
      return State(
        context: context, verifier: verifier.map(renewed), locationVerifiers: locationVerifiers.map(renewed),
        revocationLists: revocationLists, clientStatus: clientStatus, distributionPoints: distributionPoints,
        listVersion: version, stapling: stapling)
    }
  }

  /// Another server that took this one's place at a reload, and what holds there where a policy of locations did here.
  private final class Heir: Sendable {
    let server: ServerTLS
    let policies: [[PolicyID]]

    init(_ server: ServerTLS, policies: [[PolicyID]]) {
      self.server = server
      self.policies = policies
    }
  }

  private struct Current {
    var state: State
    var heir: Heir?
  }

  private let builder: ServerTLSBuilder
  private let feeds: ServerFeeds
  let intake: TrustIntake
  private let current: Mutex<Current>
  private let knownExpiring = Mutex<ExpiringCertificates?>(nil)
  /// `nil` where the context has its certificates.
  let certificates: DynamicCertificates?

  /// - Throws: the first thing that is wrong with its files: at the start nothing is passed over.
  init(_ builder: ServerTLSBuilder, certificates: DynamicCertificates? = nil) throws(Diagnostic) {
    self.builder = builder
    self.certificates = certificates
    feeds = try ServerFeeds(
      builder.settings, locations: builder.locationTrust, ruleFiles: builder.ruleFiles, shared: builder.shared)
    intake = feeds.intake(with: certificates?.feeds ?? [])
    current = Mutex(Current(state: try builder.build(from: feeds)))
  }

  var state: State { current.withLock { $0.state } }

  /// What judges clients now: of this server, or of the one that took its place at a reload.
  var judging: State {
    let current = current.withLock { $0 }
    return current.heir?.server.judging ?? current.state
  }

  /// The verifiers that must all be satisfied where a policy of this server holds.
  func verifiers(of policy: PolicyID) -> [Verifier] {
    guard case .location(let number) = policy else { return [judging.verifier].compactMap { $0 } }
    let current = current.withLock { $0 }
    guard let heir = current.heir else {
      return current.state.locationVerifiers.indices.contains(number) ? [current.state.locationVerifiers[number]] : []
    }
    guard heir.policies.indices.contains(number) else { return [] }
    return heir.policies[number].flatMap(heir.server.verifiers(of:))
  }

  /// From now on `server` judges the clients of connections that were made here; `nil`: this one again.
  func succeeded(by server: ServerTLS?) {
    let heir = server.map { server in
      Heir(server, policies: builder.locationTrust.counterparts(in: server.builder.locationTrust))
    }
    current.withLock { $0.heir = heir }
  }

  /// Whether connections end with their client's trust.
  var disconnects: Bool {
    let heir = current.withLock { $0.heir?.server }
    return heir?.disconnects ?? builder.settings.revocationDisconnect
  }

  /// What the operator should know of the CRLs' age.
  func revocationWarnings(at now: UnixTime) -> [String] {
    state.revocationLists?.warnings(at: now, grace: builder.settings.crlGrace) ?? []
  }

  var revocationSources: Set<String> { Set(feeds.lists.flatMap(\.files)) }

  /// Serves and judges from now on by what the files hold.
  func compose() throws(Diagnostic) {
    let fresh = try builder.build(from: feeds)
    current.withLock { $0.state = fresh }
    knownExpiring.withLock { $0 = nil }
    // Some may have come while the state was made.
    takeDistributionPoints()
  }

  /// `ssl_crl_hosts`; `nil` where certificates' distribution points are not asked.
  var distributionPointHosts: AllowedHosts? {
    builder.settings.asksDistributionPoints ? AllowedHosts(builder.settings.crlHosts) : nil
  }

  /// Judges clients from now on by what was fetched from distribution points, too.
  func takeDistributionPoints() {
    guard let hosts = distributionPointHosts else { return }
    while true {
      let known = state
      let fresh = builder.shared.distributionPoints.lists(from: hosts)
      guard fresh.version > known.listVersion else { return }
      let next = known.replacing(
        crls: builder.lists(known.revocationLists?.index, fresh.lists), version: fresh.version,
        generation: builder.shared.nextSnapshot())
      let isTaken = current.withLock { current in
        guard current.state === known else { return false }
        current.state = next
        return true
      }
      if isTaken { return }
    }
  }

  /// The server's first name, as metrics and warnings have it.
  var name: String { builder.name }

  /// What is served and trusted now, and when it ends.
  var expiring: ExpiringCertificates {
    knownExpiring.withLock { known in
      if let known { return known }
      let made = ExpiringCertificates(state, paths: builder.settings.certificate.map(\.path))
      known = made
      return made
    }
  }

  /// Whether responses are asked for, and stapled when they come.
  var fetchesStaples: Bool { builder.settings.stapling && builder.settings.staplingFile == nil }

  /// Takes up the responses that there are now. Sessions go on: keys, cache and policy stay the same.
  func restaple(at now: UnixTime) {
    let state = state
    var configuration = state.context.configuration
    var isChanged = false
    for target in state.stapling.targets {
      let response = builder.shared.staples.response(for: target.key, at: now)
      if configuration.credentials[target.index].ocspResponse == response { continue }
      configuration.credentials[target.index].ocspResponse = response
      isChanged = true
    }
    // Made once before from the same credentials.
    guard isChanged, let context = try? TLSServerContext(configuration) else { return }
    let fresh = state.replacing(context: context)
    current.withLock { if $0.state === state { $0.state = fresh } }
  }
}
