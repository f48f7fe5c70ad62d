import Cryptography
import NIOCore
import PKI
import Synchronization
import Trust

/// What responders said of clients' certificates, until it expires; and who waits for an answer.
///
/// However many handshakes want the same status, one question is under way.
final class StatusMemory: Sendable {
  private typealias Waiter = (loop: EventLoop, tell: NIOLoopBound<(OCSPAssessment) -> Void>)

  private struct Entry {
    var status = RememberedStatus()
    var isAsking = false
    var waiters: [Waiter] = []
  }

  let events: EventCounters
  private let capacity: Int
  private let keeps: Bool
  private let entries = Mutex<[StatusQuestion.Key: Entry]>([:])

  /// - Parameters:
  ///   - capacity: of statuses.
  ///   - keeps: whether what is known outlives those who wait for it.
  init(capacity: Int = 16384, keeps: Bool = true, events: EventCounters) {
    self.capacity = max(1, capacity)
    self.keeps = keeps
    self.events = events
  }

  /// As many as fit into a cache of that size, each with its key and its room in the table.
  convenience init(bytes: Int, events: EventCounters) { self.init(capacity: bytes / 512, events: events) }

  /// What is known now; `nil` where a responder must be asked.
  func known(_ key: StatusQuestion.Key, at now: UnixTime) -> OCSPAssessment? {
    entries.withLock { $0[key]?.status.current(at: now) }
  }

  /// Fetches anew what is known but not for long, unless that is under way.
  func refreshIfStale(_ question: StatusQuestion, key: StatusQuestion.Key, at now: UnixTime, on loop: EventLoop) {
    let isDue = entries.withLock { entries in
      guard let entry = entries[key], !entry.isAsking, entry.status.isStale(at: now) else { return false }
      entries[key]?.isAsking = true
      return true
    }
    if isDue { ask(question, key, on: loop) }
  }

  /// Calls `then` on `loop`, on which this is called, once the status is known.
  func assess(
    _ question: StatusQuestion, key: StatusQuestion.Key, on loop: EventLoop,
    then: @escaping (OCSPAssessment) -> Void
  ) {
    let waiter: Waiter = (loop, NIOLoopBound(then, eventLoop: loop))
    let isFirst = entries.withLock { entries in
      if entries[key] == nil, entries.count >= capacity { Self.makeRoom(&entries) }
      defer { entries[key]?.isAsking = true }
      entries[key, default: Entry()].waiters.append(waiter)
      return entries[key]?.isAsking == false
    }
    if isFirst { ask(question, key, on: loop) }
  }

  private func ask(_ question: StatusQuestion, _ key: StatusQuestion.Key, on loop: EventLoop) {
    let nonce = secureRandomBytes(32)
    switch question.responders() {
    case .success(let urls):
      let judge = OCSPJudge(certificate: question.certificate, issuer: question.issuer)
      let request = question.request(nonce: nonce)
      OCSPQuery.ask(urls, request, reach: question.reach, tls: question.tls, on: loop) { bytes, now in
        judge.assess(bytes, nonce: nonce, at: now)
      } then: { [self] answer in
        settle(key, answer.assessment, at: UnixTime(WallClock.now.seconds))
      }
    case .failure(let failure):
      let now = UnixTime(WallClock.now.seconds)
      settle(key, .failed(failure, at: now), at: now)
    }
  }

  /// Failures are told to those who wait, not kept: the next handshake asks again.
  private func settle(_ key: StatusQuestion.Key, _ assessment: OCSPAssessment, at now: UnixTime) {
    let (outcome, reason) = assessment.outcome.labels
    events.count(.ocspQuery, outcome, reason)
    let waiters = entries.withLock { entries in
      guard var entry = entries[key] else { return [Waiter]() }
      let waiters = entry.waiters
      entry.waiters = []
      entry.isAsking = false
      entry.status.learn(assessment, at: now)
      entries[key] = entry.status.current(at: now) != nil && keeps ? entry : nil
      return waiters
    }
    for waiter in waiters {
      waiter.loop.execute { waiter.tell.value(assessment) }
    }
  }

  /// Drops what has expired, or else half of what nobody waits for.
  private static func makeRoom(_ entries: inout [StatusQuestion.Key: Entry]) {
    let now = UnixTime(WallClock.now.seconds)
    let before = entries.count
    entries = entries.filter { $0.value.isAsking || $0.value.status.current(at: now) != nil }
    guard entries.count == before else { return }
    var surplus = before / 2
    entries = entries.filter { entry in
      if entry.value.isAsking || surplus == 0 { return true }
      surplus -= 1
      return false
    }
  }
}
