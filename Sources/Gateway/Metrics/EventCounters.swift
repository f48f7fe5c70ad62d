import Synchronization

/// What happens seldom, counted by its labels: failures, questions to others, files read.
final class EventCounters: Sendable {
  enum Event: Hashable, CaseIterable {
    /// `reason`, `alert`.
    case handshakeFailed
    /// `outcome`, `reason`.
    case ocspQuery
    /// Clients' statuses that were remembered.
    case ocspHit
    /// Clients that `ssl_ocsp_failure accept` let in without a status.
    case ocspForgiven
    /// `outcome`, `reason`.
    case stapleQuery
    /// `source`, `result`.
    case crlLoad
    /// `source`, `result`.
    case crlFetch
    /// `result`, of certificates, keys, CAs and CRLs that changed.
    case fileReload
    /// `result`.
    case crlPush
  }

  /// Labels may come from peers: beyond this many of an event, the rest is counted as `other`.
  private static let capacity = 256

  private let counts = Mutex<[Event: [[String]: Int]]>([:])

  func count(_ event: Event, _ labels: String..., adding amount: Int = 1) {
    counts.withLock { counts in
      var key = labels
      if counts[event, default: [:]].count >= Self.capacity, counts[event]?[labels] == nil {
        key = labels.map { _ in "other" }
      }
      counts[event, default: [:]][key, default: 0] += amount
    }
  }

  /// By the labels' values, in their order.
  func counts(of event: Event) -> [(labels: [String], count: Int)] {
    counts.withLock { $0[event] ?? [:] }.map { ($0.key, $0.value) }
      .sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
  }

  func total(of event: Event) -> Int { counts(of: event).reduce(0) { $0 + $1.count } }
}
