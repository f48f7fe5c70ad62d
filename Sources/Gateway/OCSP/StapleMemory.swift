import PKI
import Synchronization
import Trust

/// Responses to staple, by certificate, across servers and reloads; and when to ask for them next.
final class StapleMemory: Sendable {
  private struct Entry {
    var response: [UInt8]?
    var validUntil = UnixTime(.min)
    var nextAttempt = UnixTime(.min)
    var failures = 0
    var fetchedAt: UnixTime?
    var isAsking = false
  }

  let events: EventCounters
  private let entries = Mutex<[StatusQuestion.Key: Entry]>([:])

  init(events: EventCounters = EventCounters()) { self.events = events }

  /// What to staple now: nothing that has expired.
  func response(for key: StatusQuestion.Key, at now: UnixTime) -> [UInt8]? {
    entries.withLock { entries in
      guard let entry = entries[key], now <= entry.validUntil else { return nil }
      return entry.response
    }
  }

  /// Whether it is time to ask, and nobody does yet; then the caller does.
  func begin(_ key: StatusQuestion.Key, at now: UnixTime) -> Bool {
    entries.withLock { entries in
      var entry = entries[key, default: Entry()]
      guard !entry.isAsking, entry.nextAttempt <= now else { return false }
      entry.isAsking = true
      entries[key] = entry
      return true
    }
  }

  func succeeded(_ key: StatusQuestion.Key, _ response: [UInt8], validUntil: UnixTime, at now: UnixTime) {
    let next = StapleSchedule.afterSuccess(validUntil: validUntil, at: now)
    entries.withLock { $0[key] = Entry(response: response, validUntil: validUntil, nextAttempt: next, fetchedAt: now) }
  }

  /// What is there stays until it expires.
  func failed(_ key: StatusQuestion.Key, at now: UnixTime) {
    entries.withLock { entries in
      var entry = entries[key, default: Entry()]
      entry.isAsking = false
      entry.nextAttempt = StapleSchedule.afterFailures(entry.failures, at: now)
      entry.failures += 1
      entries[key] = entry
    }
  }

  /// What is known of a certificate's response, good still or not.
  struct Summary {
    /// `nil`: there was none yet.
    var fetchedAt: UnixTime?
    var validUntil: UnixTime?
    /// Since the last success.
    var failures: Int
  }

  func summary(of key: StatusQuestion.Key) -> Summary {
    let entry = entries.withLock { $0[key] }
    return Summary(
      fetchedAt: entry?.fetchedAt, validUntil: entry?.response == nil ? nil : entry?.validUntil,
      failures: entry?.failures ?? 0)
  }

  /// Forgets certificates that are served no longer.
  func keep(only keys: Set<StatusQuestion.Key>) {
    entries.withLock { $0 = $0.filter { keys.contains($0.key) || $0.value.isAsking } }
  }
}

/// When a responder is asked again.
enum StapleSchedule {
  /// Half of the time that is left, so that a dead responder has as long again to come back; at least every hour.
  static func afterSuccess(validUntil: UnixTime, at now: UnixTime) -> UnixTime {
    UnixTime(now.seconds + min(3600, max(1, (validUntil.seconds - now.seconds) / 2)))
  }

  /// 5 seconds, doubled each time, 5 minutes at most.
  static func afterFailures(_ earlier: Int, at now: UnixTime) -> UnixTime {
    UnixTime(now.seconds + min(300, 5 << Int64(min(earlier, 6))))
  }
}
