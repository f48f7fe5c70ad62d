import Synchronization

/// Trust material of any kind, for whoever keeps it up to date.
public protocol TrustFeeding: Sendable {
  /// Absolute paths.
  var files: [String] { get }
  /// `nil` while what the files hold is in effect.
  var problem: TrustProblem? { get }

  /// Loads the files where they are not what is in effect, and an attempt is due.
  ///
  /// Blocks. One caller at a time.
  ///
  /// - Parameter now: of a clock that only goes forward.
  /// - Returns: whether there is another value.
  func refresh(_ survey: inout FileSurvey, at now: Duration, _ urgency: TrustUrgency) -> Bool
}

/// Why files are looked at.
public enum TrustUrgency: Sendable {
  /// It is time to: attempts that failed are spaced out.
  case routine
  /// Somebody waits for it: what is pending is tried at once.
  case now
  /// What the material is judged by has changed: it is judged again.
  case anew
}

/// What files hold, and is not in effect.
public struct TrustProblem: Hashable, Sendable {
  public internal(set) var reasons: [String]
  public internal(set) var attempts: Int
  public internal(set) var nextAttempt: Duration

  private static let shortest = Duration.seconds(1)
  private static let longest = Duration.seconds(60)

  /// - Parameter earlier: attempts at the same files that failed.
  public init(_ reasons: [String], after earlier: Int = 0, at now: Duration) {
    self.reasons = reasons
    attempts = earlier + 1
    nextAttempt = now + min(Self.longest, Self.shortest * (1 << min(earlier, 6)))
  }
}

/// One piece of trust material: what its files held when they were last good, and what is wrong with what they hold now.
///
/// Files that are not what is in effect are loaded. Where that fails the last good value stays, and it is tried again: at
/// once when the files change, else after a second, then twice as long each time, up to a minute.
public final class TrustFeed<Value: Sendable, Fault: Error & CustomStringConvertible>: TrustFeeding {
  /// What came of the files.
  public struct Loaded: Sendable {
    public var value: Value
    /// Of parts that keep what they had.
    public var faults: [Fault]
    /// Whether the value is another than the one in effect.
    public var isChanged: Bool

    public init(_ value: Value, faults: [Fault] = [], isChanged: Bool = true) {
      self.value = value
      self.faults = faults
      self.isChanged = isChanged
    }
  }

  /// - Parameter inEffect: `nil` at the start, when every fault is fatal.
  public typealias Loader = @Sendable (_ inEffect: Value?) throws(Fault) -> Loaded

  fileprivate struct State {
    var value: Value
    /// How the files looked just before they were read.
    var signatures: [FileSignature]
    /// The same for the last attempt that failed.
    var tried: [FileSignature] = []
    var problem: TrustProblem?
    /// Since when a file is missing.
    var goneSince: Duration?
  }

  /// A file that is gone is mostly about to be replaced.
  private static var graceForMissing: Duration { .seconds(2) }

  public let files: [String]
  private let load: Loader
  private let state: Mutex<State>

  /// - Parameter files: those without which there is no value; none where it is written out in the configuration.
  /// - Throws: the first thing that is wrong with them.
  public init(_ files: [String], load: @escaping Loader) throws(Fault) {
    self.files = files
    self.load = load
    // Looked at before they are read: what changes meanwhile differs at the next look.
    let signatures = files.map { FileSignature($0) }
    let loaded = try load(nil)
    if let fault = loaded.faults.first { throw fault }
    state = Mutex(State(value: loaded.value, signatures: signatures))
  }

  /// The last good one.
  public var value: Value { state.withLock { $0.value } }
  public var problem: TrustProblem? { state.withLock { $0.problem } }

  public func refresh(_ survey: inout FileSurvey, at now: Duration, _ urgency: TrustUrgency) -> Bool {
    let looks = files.map { survey.signature(of: $0) }
    let known = state.withLock { state in
      state.isDue(looks, at: now, urgency, graceForMissing: Self.graceForMissing) ? state : nil
    }
    guard let known else { return false }
    do throws(Fault) {
      let loaded = try load(known.value)
      state.withLock { state in
        state.value = loaded.value
        if loaded.faults.isEmpty {
          state.signatures = looks
          state.problem = nil
        } else {
          state.fail(loaded.faults.map { "\($0)" }, looks, at: now)
        }
      }
      return loaded.isChanged
    } catch {
      state.withLock { $0.fail(["\(error)"], looks, at: now) }
      return false
    }
  }
}

extension TrustFeed.State {
  fileprivate mutating func isDue(
    _ looks: [FileSignature], at now: Duration, _ urgency: TrustUrgency, graceForMissing: Duration
  ) -> Bool {
    if looks == signatures, problem == nil {
      goneSince = nil
      return urgency == .anew
    }
    guard let problem else { return urgency != .routine || isWhole(looks, at: now, graceForMissing) }
    return urgency != .routine || looks != tried || now >= problem.nextAttempt
  }

  private mutating func isWhole(_ looks: [FileSignature], at now: Duration, _ grace: Duration) -> Bool {
    guard looks.contains(where: { !$0.exists }) else {
      goneSince = nil
      return true
    }
    let since = goneSince ?? now
    goneSince = since
    return now - since >= grace
  }

  fileprivate mutating func fail(_ reasons: [String], _ looks: [FileSignature], at now: Duration) {
    let earlier = looks == tried ? problem?.attempts ?? 0 : 0
    problem = TrustProblem(reasons, after: earlier, at: now)
    tried = looks
    goneSince = nil
  }
}
