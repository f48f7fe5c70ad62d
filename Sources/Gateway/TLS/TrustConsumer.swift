import ConfigSyntax
import Synchronization
import TrustFeeds

/// Who serves by trust files: a server's TLS, or that towards an upstream.
protocol TrustConsumer: AnyObject, Sendable {
  var intake: TrustIntake { get }

  /// Paths that the configuration names for CRLs.
  var revocationSources: Set<String> { get }

  /// Puts what the feeds hold into effect.
  func compose() throws(Diagnostic)
}

/// The feeds of one consumer, and what they hold that is not in effect yet.
final class TrustIntake: Sendable {
  private struct Unapplied {
    var files: Set<String> = []
    var problem: TrustProblem?
  }

  private let feeds: [any TrustFeeding]
  /// CRLs: held against the CAs among `feeds`.
  private let judged: [any TrustFeeding]
  private let unapplied = Mutex(Unapplied())

  init(_ feeds: [any TrustFeeding], judged: [any TrustFeeding] = []) {
    self.feeds = feeds
    self.judged = judged
  }

  var files: Set<String> { Set((feeds + judged).flatMap(\.files)) }

  /// Everything that is not in effect, and why.
  var pending: Set<TrustAlarms.Pending> {
    var pending: Set<TrustAlarms.Pending> = []
    for feed in feeds + judged {
      for reason in feed.problem?.reasons ?? [] { pending.insert(.init(files: feed.files, reason: reason)) }
    }
    unapplied.withLock { state in
      for reason in state.problem?.reasons ?? [] {
        pending.insert(.init(files: state.files.sorted(), reason: reason))
      }
    }
    return pending
  }

  /// Loads what changed or is due, each feed by itself, and has `consumer` take it up.
  ///
  /// - Parameter urgent: files for which somebody waits.
  /// - Returns: the files that are in effect since.
  func refresh(
    _ consumer: some TrustConsumer, _ survey: inout FileSurvey, at now: Duration, urgent: Set<String> = []
  ) -> Set<String> {
    var fresh: Set<String> = []
    for feed in feeds where feed.refresh(&survey, at: now, feed.urgency(urgent)) { fresh.formUnion(feed.files) }
    let areJudgesNew = !fresh.isEmpty
    for feed in judged where feed.refresh(&survey, at: now, areJudgesNew ? .anew : feed.urgency(urgent)) {
      fresh.formUnion(feed.files)
    }
    return apply(fresh, to: consumer, at: now)
  }

  private func apply(_ fresh: Set<String>, to consumer: some TrustConsumer, at now: Duration) -> Set<String> {
    var state = unapplied.withLock { $0 }
    defer { unapplied.withLock { [state] in $0 = state } }
    state.files.formUnion(fresh)
    guard !state.files.isEmpty, !fresh.isEmpty || state.problem.map({ now >= $0.nextAttempt }) ?? true else {
      return []
    }
    do throws(Diagnostic) {
      try consumer.compose()
      defer { state = Unapplied() }
      return state.files
    } catch {
      state.problem = TrustProblem([error.description], after: state.problem?.attempts ?? 0, at: now)
      return []
    }
  }
}

extension TrustFeeding {
  fileprivate func urgency(_ urgent: Set<String>) -> TrustUrgency {
    urgent.isDisjoint(with: files) ? .routine : .now
  }
}
