import NIOCore
import PKI
import Synchronization
import Trust

/// Fetches the responses that servers staple: at the start, again before they expire, and after a failure.
///
/// Looks once a second what is due, so that new certificates and reloads need no word of their own.
final class StapleKeeper: Sendable {
  private let memory: StapleMemory
  private let loop: EventLoop
  private let task = Mutex<RepeatedTask?>(nil)

  init(memory: StapleMemory, loop: EventLoop) {
    self.memory = memory
    self.loop = loop
  }

  /// Cares for these servers instead of those before.
  func keep(_ servers: [ServerTLS], errorLog: ErrorLogRuntime) {
    let stapling = servers.filter(\.fetchesStaples)
    for problem in servers.flatMap(\.state.stapling.problems) { errorLog.write(.warn, problem) }
    let fresh = stapling.isEmpty ? nil : start(stapling, errorLog)
    replace(with: fresh)
  }

  func stop() { replace(with: nil) }

  private func start(_ servers: [ServerTLS], _ errorLog: ErrorLogRuntime) -> RepeatedTask {
    loop.scheduleRepeatedTask(initialDelay: .zero, delay: .seconds(1)) { [self] _ in tick(servers, errorLog) }
  }

  private func replace(with fresh: RepeatedTask?) {
    let previous = task.withLock { task in
      defer { task = fresh }
      return task
    }
    previous?.cancel()
  }

  private func tick(_ servers: [ServerTLS], _ errorLog: ErrorLogRuntime) {
    let now = UnixTime(WallClock.now.seconds)
    var keys: Set<StatusQuestion.Key> = []
    for server in servers {
      server.restaple(at: now)
      for target in server.state.stapling.targets {
        keys.insert(target.key)
        if memory.begin(target.key, at: now) { ask(target, servers, errorLog) }
      }
    }
    memory.keep(only: keys)
  }

  private func ask(_ target: StaplingTarget, _ servers: [ServerTLS], _ errorLog: ErrorLogRuntime) {
    let judge = target.judge
    target.source.ask(target.question.request(nonce: nil), tls: target.question.tls, on: loop) {
      judge.assess($0, at: $1)
    } then: { [memory] answer in
      let now = UnixTime(WallClock.now.seconds)
      if let problem = Self.take(answer, target, memory, now) {
        memory.failed(target.key, at: now)
        errorLog.write(
          .error,
          "\(problem) while requesting certificate status, responder: \(target.source), "
            + "certificate: \"\(target.path)\"")
      }
      for server in servers { server.restaple(at: now) }
    }
  }

  /// Keeps a good response; else what is wrong with it. A response that says "revoked" helps nobody.
  private static func take(
    _ answer: OCSPQuery.Answer, _ target: StaplingTarget, _ memory: StapleMemory, _ now: UnixTime
  ) -> String? {
    let assessment = answer.assessment
    let (outcome, reason) = assessment.outcome.labels
    memory.events.count(.stapleQuery, outcome, reason)
    switch assessment.outcome {
    case .good:
      memory.succeeded(target.key, answer.response, validUntil: assessment.validUntil, at: now)
      return nil
    case .revoked: return "certificate status \"revoked\" in the OCSP response"
    case .unknown: return "certificate status \"unknown\" in the OCSP response"
    case .failed(let failure): return "\(failure)"
    }
  }
}
