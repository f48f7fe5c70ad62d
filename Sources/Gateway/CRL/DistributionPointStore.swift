import Cryptography
import Dispatch
import Fetch
import NIOCore
import PKI
import Synchronization
import Trust

/// The CRLs that certificates named, across servers and reloads: each fetched once for all who wait for it, kept, and fetched
/// again before it ends.
final class DistributionPointStore: Sendable {
  /// Takes why there is no list; `nil` where there is one.
  typealias Completion = (String?) -> Void
  fileprivate typealias Waiter = (loop: EventLoop, tell: NIOLoopBound<Completion>)

  fileprivate struct Entry {
    var list: RemoteList
    var lists: CRLIndex?
    var validators: ListValidators?
    var nextAttempt = UnixTime(.min)
    var failures = 0
    var problem = ""
    var isFetching = false
    var waiters: [Waiter] = []
  }

  fileprivate struct State {
    var entries: [FetchURL: Entry] = [:]
    /// Grows with each list that comes, changes or goes.
    var version: UInt64 = 0
  }

  /// Within a handshake, or behind one.
  private static let patience = Duration.seconds(10)
  /// CAs that are remembered of one list.
  private static let mostSigners = 64

  private let capacity: Int
  private let events: EventCounters
  private let state = Mutex(State())
  /// Reads and judges what came: no event loop waits for a large list.
  private let judges = DispatchQueue(label: "crl")

  init(capacity: Int = 512, events: EventCounters = EventCounters()) {
    self.capacity = capacity
    self.events = events
  }

  /// The lists that were fetched from these hosts, and the number of this state of things.
  func lists(from hosts: AllowedHosts) -> (lists: [CRLIndex], version: UInt64) {
    state.withLock { state in
      (state.entries.values.filter { hosts.allows($0.list.url) }.compactMap(\.lists), state.version)
    }
  }

  /// Whether there is a list from `url` that counts now.
  func has(_ list: RemoteList, at now: UnixTime) -> Bool {
    state.withLock { $0.entries[list.url]?.lists.map { $0.counts(at: now, grace: list.grace) } ?? false }
  }

  /// Sees to it that one of `alternatives` is here. Call on `loop`, where `then` is called, never before this returns.
  func obtain(_ alternatives: ArraySlice<RemoteList>, on loop: EventLoop, then: @escaping Completion) {
    guard let first = alternatives.first else { return }
    want(first, on: loop) { [self] problem in
      if problem == nil || alternatives.count == 1 { return then(problem) }
      obtain(alternatives.dropFirst(), on: loop, then: then)
    }
  }

  private func want(_ list: RemoteList, on loop: EventLoop, then: @escaping Completion) {
    let waiter: Waiter = (loop, NIOLoopBound(then, eventLoop: loop))
    let now = UnixTime(WallClock.now.seconds)
    enum Step { case wait, fetch, tell(String?) }
    let step: Step = state.withLock { state in
      if state.entries[list.url] == nil, state.entries.count >= capacity { state.makeRoom() }
      var entry = state.entries[list.url] ?? Entry(list: list)
      entry.list.learn(list, most: Self.mostSigners)
      defer { state.entries[list.url] = entry }
      if entry.lists?.counts(at: now, grace: list.grace) == true { return .tell(nil) }
      // A failure is not repeated at once for whoever comes next.
      if !entry.isFetching, entry.failures > 0, now < entry.nextAttempt { return .tell(entry.problem) }
      entry.waiters.append(waiter)
      defer { entry.isFetching = true }
      return entry.isFetching ? .wait : .fetch
    }
    switch step {
    case .wait: return
    case .fetch: fetch(list.url, on: loop)
    case .tell(let problem): loop.execute { waiter.tell.value(problem) }
    }
  }

  /// Asks again for what is due, and forgets what no host in `hosts` is for. Call on `loop`.
  ///
  /// - Parameter then: takes the URL, and what went wrong; `nil` where another list is here now.
  func refresh(
    _ hosts: [AllowedHosts], at now: UnixTime, on loop: EventLoop, then: @escaping @Sendable (FetchURL, String?) -> Void
  ) {
    let due = state.withLock { state in
      let known = state.entries.count
      state.entries = state.entries.filter { entry in
        entry.value.isFetching || hosts.contains { $0.allows(entry.key) } && entry.value.isWorthKeeping(at: now)
      }
      if state.entries.count != known { state.version += 1 }
      let due = state.entries.filter { !$0.value.isFetching && $0.value.lists != nil && $0.value.nextAttempt <= now }
      for url in due.keys { state.entries[url]?.isFetching = true }
      return Array(due.keys)
    }
    for url in due { fetch(url, on: loop, then: then) }
  }

  private func fetch(
    _ url: FetchURL, on loop: EventLoop, then: (@Sendable (FetchURL, String?) -> Void)? = nil
  ) {
    let now = UnixTime(WallClock.now.seconds)
    let request = state.withLock { state in
      state.entries[url].map { entry in
        let counts = entry.lists?.counts(at: now, grace: entry.list.grace) == true
        return entry.list.request(counts ? entry.validators : nil, within: Self.patience)
      }
    }
    guard let request else { return }
    Fetch.start(request, on: loop) { [self] result in
      judges.async { [self] in take(result, from: url, then) }
    }
  }

  private func take(
    _ result: Result<FetchResponse, FetchError>, from url: FetchURL,
    _ then: (@Sendable (FetchURL, String?) -> Void)?
  ) {
    let now = UnixTime(WallClock.now.seconds)
    guard let entry = state.withLock({ $0.entries[url] }) else { return }
    let arrival = Arrival(result, entry.list, entry.lists, now)
    events.count(.crlLoad, "\(url)", arrival.problem == nil ? "success" : "failure")
    let waiters = state.withLock { state -> [Waiter] in
      guard var entry = state.entries[url] else { return [] }
      let waiters = entry.waiters
      entry.waiters = []
      entry.isFetching = false
      let schedule = RefreshSchedule(longest: entry.list.refresh, jitter: Double(secureRandomBytes(1)[0]) / 256)
      if let problem = arrival.problem {
        entry.nextAttempt = schedule.afterFailures(entry.failures, at: now)
        entry.failures += 1
        entry.problem = problem
      } else {
        if let lists = arrival.lists {
          entry.lists = lists
          entry.validators = arrival.validators
          state.version += 1
        }
        entry.failures = 0
        entry.nextAttempt = schedule.afterSuccess(
          nextUpdate: entry.lists?.earliestNextUpdate, maxAge: arrival.maxAge, at: now)
      }
      state.entries[url] = entry
      return waiters
    }
    FreedMemory.giveBack()
    for waiter in waiters { waiter.loop.execute { waiter.tell.value(arrival.problem) } }
    if arrival.problem != nil || arrival.lists != nil { then?(url, arrival.problem) }
  }
}

/// What came of one fetch.
private struct Arrival {
  /// `nil` where what there was has not changed.
  private(set) var lists: CRLIndex?
  private(set) var validators: ListValidators?
  private(set) var maxAge: Int64?
  private(set) var problem: String?

  init(_ result: Result<FetchResponse, FetchError>, _ list: RemoteList, _ earlier: CRLIndex?, _ now: UnixTime) {
    switch result {
    case .failure(let error): problem = "\(error)"
    case .success(let response):
      maxAge = RefreshSchedule.maxAge(response.field("cache-control"))
      if response.status == 304, earlier != nil { return }
      guard response.status == 200 else {
        problem = "the server answered with status \(response.status)"
        return
      }
      let acceptance = ListAcceptance(signers: list.signers, grace: list.grace)
      switch acceptance.judge(response.body, from: "\(list.url)", after: earlier, at: now) {
      case .success(let index): (lists, validators) = (index, ListValidators(response))
      case .failure(let refusal): problem = "refused: \(refusal)"
      }
    }
  }
}

extension DistributionPointStore.Entry {
  /// A list that has ended, and that cannot be had, is in the way.
  fileprivate func isWorthKeeping(at now: UnixTime) -> Bool {
    lists?.counts(at: now, grace: list.grace) ?? (now <= nextAttempt)
  }
}

extension DistributionPointStore.State {
  /// What failed goes first, then what will be asked for soonest.
  fileprivate mutating func makeRoom() {
    let idle = entries.filter { !$0.value.isFetching }
    let victim = idle.min { a, b in
      let (isEmpty, other) = (a.value.lists == nil, b.value.lists == nil)
      return isEmpty != other ? isEmpty : a.value.nextAttempt < b.value.nextAttempt
    }
    guard let victim else { return }
    entries[victim.key] = nil
    version += 1
  }
}

extension CRLIndex {
  /// Whether none of the lists has ended.
  fileprivate func counts(at now: UnixTime, grace: Duration) -> Bool {
    summaries.allSatisfy { list in list.nextUpdate.map { now <= $0 + grace } ?? true }
  }
}

extension RemoteList {
  /// Takes the CAs that another has for the same list.
  fileprivate mutating func learn(_ other: RemoteList, most: Int) {
    let known = Set(signers.joined().map(\.der))
    let fresh = other.signers.joined().filter { !known.contains($0.der) }
    guard !fresh.isEmpty, known.count < most else { return }
    signers = [Array(signers.joined()) + fresh]
  }
}
