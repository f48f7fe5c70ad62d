import Cryptography
import Fetch
import PKI
import Synchronization
import Trust

/// The URLs of `ssl_crl`: when each is to be asked, across servers and reloads.
final class RemoteLists: Sendable {
  private struct Entry {
    var nextAttempt: UnixTime
    var failures = 0
    var isFetching = false
  }

  /// What a fetch came to.
  enum Outcome {
    /// Another list than before is in its place.
    case replaced(bytes: Int)
    case unchanged
    /// What there was goes on being used.
    case failed(String)
  }

  private let events: EventCounters
  /// By the copy's path.
  private let entries = Mutex<[String: Entry]>([:])

  init(events: EventCounters = EventCounters()) { self.events = events }

  /// Whether the list was fetched before, and need not be now.
  func isKept(_ list: RemoteList, at now: UnixTime) -> Bool {
    entries.withLock { $0[list.path].map { $0.failures == 0 && now < $0.nextAttempt } ?? false }
  }

  /// Whether it is time to ask, and nobody does yet; then the caller does, and calls `take`.
  func begin(_ list: RemoteList, at now: UnixTime) -> Bool {
    entries.withLock { entries in
      var entry = entries[list.path] ?? Entry(nextAttempt: now)
      guard !entry.isFetching, entry.nextAttempt <= now else { return false }
      entry.isFetching = true
      entries[list.path] = entry
      return true
    }
  }

  /// Judges what came and keeps it if it is good. Reads and writes files; a large list takes a second.
  func take(_ result: Result<FetchResponse, FetchError>, for list: RemoteList, at now: UnixTime) -> Outcome {
    let (outcome, nextUpdate, maxAge) = Self.judge(result, list, now)
    if case .failed = outcome { events.count(.crlLoad, "\(list.url)", "failure") }
    let schedule = RefreshSchedule(longest: list.refresh, jitter: Self.jitter)
    entries.withLock { entries in
      var entry = entries[list.path] ?? Entry(nextAttempt: now)
      entry.isFetching = false
      if case .failed = outcome {
        entry.nextAttempt = schedule.afterFailures(entry.failures, at: now)
        entry.failures += 1
      } else {
        entry.nextAttempt = schedule.afterSuccess(nextUpdate: nextUpdate, maxAge: maxAge, at: now)
        entry.failures = 0
      }
      entries[list.path] = entry
    }
    return outcome
  }

  private static var jitter: Double { Double(secureRandomBytes(1)[0]) / 256 }

  private static func judge(
    _ result: Result<FetchResponse, FetchError>, _ list: RemoteList, _ now: UnixTime
  ) -> (Outcome, nextUpdate: UnixTime?, maxAge: Int64?) {
    func failed(_ reason: String) -> (Outcome, UnixTime?, Int64?) { (.failed(reason), nil, nil) }
    switch result {
    case .failure(let error): return failed("\(error)")
    case .success(let response):
      let maxAge = RefreshSchedule.maxAge(response.field("cache-control"))
      let copy = ListCopy(at: list.path)
      let acceptance = ListAcceptance(signers: list.signers, grace: list.grace)
      let known = copy.flatMap { try? ListAcceptance.read($0.bytes, from: list.path) }
      let problem = known.flatMap { acceptance.refusal(of: $0, at: now) }
      if response.status == 304, let known, problem == nil { return (.unchanged, known.earliestNextUpdate, maxAge) }
      guard response.status == 200 else { return failed("the server answered with status \(response.status)") }
      // Of a CA that is trusted no longer nothing is to be kept.
      let earlier = problem?.isAboutSigner == true ? nil : known
      switch acceptance.judge(response.body, from: "\(list.url)", after: earlier, at: now) {
      case .failure(let refusal): return failed("refused: \(refusal)")
      case .success(let index):
        do throws(ListCopy.Failure) {
          try ListCopy.store(response.body, ListValidators(response), at: list.path)
        } catch {
          return failed("\(error)")
        }
        let isSame = copy?.bytes == response.body
        return (isSame ? .unchanged : .replaced(bytes: response.body.count), index.earliestNextUpdate, maxAge)
      }
    }
  }
}

extension RemoteList {
  /// The copy there is, if it can be used now; else why not.
  func usableCopy(at now: UnixTime) -> Result<ListCopy, UnusableCopy> {
    guard let copy = ListCopy(at: path) else {
      return .failure(UnusableCopy(reason: "there is no copy in \"\(path)\""))
    }
    let problem: ListRefusal?
    do throws(ListRefusal) {
      let index = try ListAcceptance.read(copy.bytes, from: path)
      problem = ListAcceptance(signers: signers, grace: grace).refusal(of: index, at: now)
    } catch {
      problem = error
    }
    return problem.map { .failure(UnusableCopy(reason: "the copy \"\(path)\" can't be used: \($0)")) } ?? .success(copy)
  }
}

struct UnusableCopy: Error {
  let reason: String
}
