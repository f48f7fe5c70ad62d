import ConfigModel
import Fetch
import NIOCore
import PKI
import Trust

/// `ssl_crl_distribution_points`: has the CRLs fetched that clients' certificates name (RFC 5280 §4.2.1.13).
///
/// Nothing is asked for a certificate that is not good otherwise, up to an anchor: who may name URLs is a CA that is trusted.
struct DistributionPointCheck: Sendable {
  /// What a client's chain lacks.
  struct Plan {
    /// For each distribution point its URLs, of which one is enough.
    var points: [[RemoteList]] = []
    /// Why others will not be asked.
    var problems: [String] = []

    mutating func add(_ other: Plan) {
      points += other.points
      problems += other.problems.filter { !problems.contains($0) }
    }
  }

  private let settings: TLSSettings
  private let hosts: AllowedHosts
  private let tls: FetchTLS?
  private let store: DistributionPointStore

  /// Points of one chain, and URLs of one point, that are looked at.
  private static let mostPoints = 8
  private static let mostURLs = 3

  /// `nil` where no distribution point is asked.
  init?(_ settings: TLSSettings, tls: FetchTLS?, store: DistributionPointStore) {
    guard settings.asksDistributionPoints else { return nil }
    self.settings = settings
    hosts = AllowedHosts(settings.crlHosts)
    self.tls = tls
    self.store = store
  }

  /// What may help to another verdict; empty where nothing does.
  ///
  /// - Parameter isBrief: nil is returned where it costs more than an event loop may spend.
  func plan(for verdict: Verdict, by verifier: Verifier, at now: UnixTime, isBrief: Bool) -> Plan? {
    var plan = Plan()
    guard !verdict.isVerified, verdict.findings.contains(where: \.rule.asksForLists) else { return plan }
    guard let known = verdictWithoutLists(verdict, verifier, now, isBrief: isBrief) else { return nil }
    guard let chain = known.chain else { return plan }
    let snapshot = verifier.snapshot
    let signers = chain.certificates.dropFirst() + snapshot.anchors + snapshot.intermediates
    let certificates = chain.certificates.dropLast()
    for certificate in settings.crlCheck == .leaf ? certificates.prefix(1) : certificates {
      let points = ((try? certificate.crlDistributionPoints()) ?? nil)?.points ?? []
      for point in points.prefix(Self.mostPoints - plan.points.count) { add(point, signers, &plan, now) }
    }
    return plan
  }

  /// As it is without a question for revocation.
  private func verdictWithoutLists(
    _ verdict: Verdict, _ verifier: Verifier, _ now: UnixTime, isBrief: Bool
  ) -> Verdict? {
    var policy = verifier.policy
    policy.revocation = .off
    let verifier = Verifier(snapshot: verifier.snapshot, policy: policy, remembered: 1)
    return isBrief
      ? verifier.briefVerdict(on: verdict.presented, at: now) : verifier.verdict(on: verdict.presented, at: now)
  }

  private func add(_ point: DistributionPoint, _ signers: [Certificate], _ plan: inout Plan, _ now: UnixTime) {
    guard case .fullName(let names)? = point.name else {
      plan.problems.append("a CRL distribution point names no URL")
      return
    }
    let texts = names.compactMap { if case .uri(let text) = $0 { text } else { nil } }
    let urls = texts.compactMap { FetchURL(network: $0) }.filter(hosts.allows).prefix(Self.mostURLs)
    guard !urls.isEmpty else {
      let first = texts.first.map { " \"\($0.prefix(256))\"" } ?? ""
      plan.problems.append("the CRL distribution point\(first) may not be asked (ssl_crl_hosts)")
      return
    }
    let lists = urls.map {
      RemoteList(
        $0, at: settings.$crlDistributionPoints.position, settings, tls, isConfigured: false, signers: signers)
    }
    if !lists.contains(where: { store.has($0, at: now) }) { plan.points.append(lists) }
  }

  /// Calls `then` on `loop`, on which this is called, when each point has its list or none can be had; with what went wrong.
  func obtain(_ plan: Plan, on loop: EventLoop, then: @escaping ([String]) -> Void) {
    var missing = plan.points.count
    var problems: [String] = []
    for lists in plan.points {
      store.obtain(lists[...], on: loop) { problem in
        if let problem { problems.append("CRL \"\(lists[0].url)\": \(problem)") }
        missing -= 1
        if missing == 0 { then(problems) }
      }
    }
  }
}

extension TLSSettings {
  var asksDistributionPoints: Bool { crlDistributionPoints && verifyClient != .off }
}

extension Rule {
  /// Found because a CRL is not here, or is here no longer.
  fileprivate var asksForLists: Bool {
    switch self {
    case .crlMissing, .crlExpired, .crlScope, .crlIssuerMissing, .crlSignature: true
    default: false
    }
  }
}
