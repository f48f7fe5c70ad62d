/// Which problems of trust files are to be told, and which are over: each when it comes, again every ten minutes, and
/// when it has gone.
public struct TrustAlarms: Sendable {
  /// What is pending for some files.
  public struct Pending: Hashable, Sendable {
    public let files: [String]
    public let reason: String

    public init(files: [String], reason: String) {
      self.files = files
      self.reason = reason
    }
  }

  public struct Due: Hashable, Sendable {
    public var raised: [String] = []
    /// Reason, and for how long by now.
    public var repeated: [String: Duration] = [:]
    /// Files for which nothing is pending any more.
    public var cleared: [String] = []
  }

  private struct Told {
    var since: Duration
    var last: Duration
  }

  private static let interval = Duration.seconds(600)

  private var told: [Pending: Told] = [:]

  public init() {}

  /// Files for which something is pending.
  public var files: Set<String> { Set(told.keys.flatMap(\.files)) }

  /// Asking makes them told.
  ///
  /// - Parameter pending: all that is, now; what several servers suffer from is one.
  public mutating func due(_ pending: Set<Pending>, at now: Duration) -> Due {
    var due = Due()
    let before = files
    told = told.filter { pending.contains($0.key) }
    for one in pending {
      guard let known = told[one] else {
        told[one] = Told(since: now, last: now)
        due.raised.append(one.reason)
        continue
      }
      guard now - known.last >= Self.interval else { continue }
      told[one]?.last = now
      due.repeated[one.reason] = now - known.since
    }
    due.raised.sort()
    due.cleared = before.subtracting(files).sorted()
    return due
  }
}
