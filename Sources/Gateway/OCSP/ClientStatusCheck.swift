import ConfigModel
import Fetch
import NIOCore
import PKI
import Trust

/// `ssl_ocsp`: asks responders about clients' certificates that are good otherwise.
///
/// Whatever is not known to be good is refused, but for what `ssl_ocsp_failure accept` forgives.
struct ClientStatusCheck: Sendable {
  private let leafOnly: Bool
  private let configured: FetchURL?
  private let allowedHosts: AllowedHosts
  private let tls: FetchTLS?
  private let forgivesFailures: Bool
  private let memory: StatusMemory

  /// `nil` where nothing is asked.
  ///
  /// - Parameter tls: whom https responders are verified by.
  init?(_ settings: TLSSettings, memory: StatusMemory, tls: FetchTLS?) {
    guard settings.verifyClient != .off, settings.ocsp != .off else { return nil }
    leafOnly = settings.ocsp == .leaf
    configured = settings.ocspResponder.flatMap { FetchURL(network: $0) }
    allowedHosts = settings.ocspResponderHosts
    self.tls = tls
    forgivesFailures = settings.ocspFailure == .accept
    self.memory = memory
  }

  /// Certificates and their issuers, leaf first. The anchor is trusted as configured.
  private func questions(_ chain: VerifiedChain) -> [StatusQuestion] {
    let pairs = zip(chain.certificates, chain.certificates.dropFirst()).enumerated()
    let all = pairs.map { depth, pair in
      StatusQuestion(
        certificate: pair.0, issuer: pair.1, depth: depth, configured: configured, allowedHosts: allowedHosts,
        tls: tls)
    }
    return leafOnly ? Array(all.prefix(1)) : all
  }

  /// The verdict with what is remembered of the statuses; `nil` where a responder must be asked.
  func recalled(_ verdict: Verdict, at now: UnixTime) -> Verdict? {
    guard let chain = verdict.chain else { return verdict }
    var isComplete = true
    for question in questions(chain) {
      guard let known = memory.known(question.key, at: now) else {
        isComplete = false
        continue
      }
      if let refusal = known.refusal(of: question.certificate, depth: question.depth) {
        return verdict.refusing(refusal, at: now)
      }
    }
    return isComplete ? verdict : nil
  }

  /// The verdict with all statuses: at once if they are remembered, else `nil`, and `then` is called on `loop` later.
  ///
  /// - Parameter then: takes the verdict, and the failure that was forgiven if one was.
  func settle(
    _ verdict: Verdict, at now: UnixTime, on loop: EventLoop, then: @escaping (Verdict, Refusal?) -> Void
  ) -> Verdict? {
    guard let chain = verdict.chain else { return verdict }
    let questions = questions(chain)
    if let known = recalled(verdict, at: now) {
      memory.events.count(.ocspHit, adding: questions.count)
      for question in questions { memory.refreshIfStale(question, key: question.key, at: now, on: loop) }
      return known
    }
    let (forgives, events) = (forgivesFailures, memory.events)
    let answers = PendingAnswers(count: questions.count) { refusal in
      guard let refusal else { return then(verdict, nil) }
      if forgives, refusal.rule == .statusRequestFailed {
        events.count(.ocspForgiven)
        return then(verdict, refusal)
      }
      then(verdict.refusing(refusal, at: UnixTime(WallClock.now.seconds)), nil)
    }
    for question in questions {
      if let known = memory.known(question.key, at: now) {
        answers.take(known.refusal(of: question.certificate, depth: question.depth))
        continue
      }
      memory.assess(question, key: question.key, on: loop) {
        answers.take($0.refusal(of: question.certificate, depth: question.depth))
      }
    }
    return nil
  }

  /// For a connection that is open: what became known since, or what its handshake found.
  ///
  /// - Parameter previous: `nil` where the handshake asked nobody: then nothing speaks for the client.
  func current(_ fresh: Verdict, after previous: Verdict?, at now: UnixTime) -> Verdict {
    guard fresh.isVerified else { return fresh }
    if let known = recalled(fresh, at: now) { return known }
    guard let previous else {
      return fresh.refusing(Refusal(rule: .statusRequestFailed, depth: 0, certificate: fresh.leaf), at: now)
    }
    return previous.refusal?.rule.isStatus == true ? previous : fresh
  }
}

/// Waits for the answers about one chain; a revocation is told at once, and goes before unknown, and that before failures.
private final class PendingAnswers {
  private var missing: Int
  private var refusal: Refusal?
  private var tell: ((Refusal?) -> Void)?

  init(count: Int, tell: @escaping (Refusal?) -> Void) {
    missing = count
    self.tell = tell
  }

  func take(_ refusal: Refusal?) {
    missing -= 1
    if let refusal, self.refusal.map({ Self.weight($0) < Self.weight(refusal) }) ?? true { self.refusal = refusal }
    guard missing == 0 || self.refusal?.rule == .revoked, let tell else { return }
    self.tell = nil
    tell(self.refusal)
  }

  private static func weight(_ refusal: Refusal) -> Int {
    refusal.rule == .revoked ? 2 : refusal.rule == .statusUnknown ? 1 : 0
  }
}

extension Rule {
  /// Found by asking a responder.
  fileprivate var isStatus: Bool { self == .revoked || self == .statusUnknown || self == .statusRequestFailed }
}
