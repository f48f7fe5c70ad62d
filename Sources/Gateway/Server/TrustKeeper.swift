import ConfigModel
import NIOCore
import Synchronization
import TrustFeeds

/// Brings changed certificates, keys, CAs and CRLs into service without a reload, for every generation that still has
/// connections; says what is in effect, and sounds the alarm as long as something is not.
final class TrustKeeper: Sendable {
  private let watchers = Mutex<[UInt64: FileWatcher]>([:])
  private let generations: LivingGenerations
  private let events: EventCounters
  /// Held for a whole look: feeds are refreshed by one caller at a time.
  private let alarms = Mutex(TrustAlarms())

  init(_ generations: LivingGenerations, events: EventCounters) {
    self.generations = generations
    self.events = events
  }

  func watch(_ runtime: GatewayRuntime) {
    let files = runtime.trustFileNames
    guard !files.isEmpty else { return }
    let watcher = FileWatcher(files.sorted()) { [weak self] in self?.look() }
    watchers.withLock { $0[runtime.generation] = watcher }
  }

  func forget(_ runtime: GatewayRuntime) {
    watchers.withLock { $0.removeValue(forKey: runtime.generation) }?.stop()
  }

  /// Takes up what changed or is due to be tried again. Blocks: never on an event loop.
  ///
  /// - Parameter urgent: files for which somebody waits.
  /// - Returns: why what these hold is not in effect.
  @discardableResult
  func look(urgent: Set<String> = []) -> [String] {
    let runtimes = generations.all
    guard let serving = runtimes.last else { return [] }
    let now = Duration.nanoseconds(Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    let (inEffect, due, pending) = alarms.withLock { alarms in
      let (fresh, pending) = refresh(runtimes, serving, at: now, urgent)
      let due = alarms.due(pending, at: now)
      // Of a file that nobody uses any more nothing can be said.
      let cleared = due.cleared.isEmpty ? [] : serving.trustFileNames.intersection(due.cleared)
      return (fresh.union(cleared).subtracting(alarms.files), due, pending)
    }
    tell(due, inEffect, serving.errorLog)
    if !inEffect.isEmpty {
      serving.warnOfRevocationLists()
      // An older generation's connections are judged by the servers of the one that serves.
      generations.trustChanged()
    }
    return pending.filter { !urgent.isDisjoint(with: $0.files) }.map(\.reason).sorted()
  }

  private func refresh(
    _ runtimes: [GatewayRuntime], _ serving: GatewayRuntime, at now: Duration, _ urgent: Set<String>
  ) -> (fresh: Set<String>, pending: Set<TrustAlarms.Pending>) {
    var survey = FileSurvey()
    var fresh: Set<String> = []
    var pending: Set<TrustAlarms.Pending> = []
    let files = serving.trustFileNames
    for consumer in runtimes.flatMap(\.trustConsumers) {
      let before = consumer.intake.pending
      let taken = consumer.intake.refresh(consumer, &survey, at: now, urgent: urgent)
      let after = consumer.intake.pending
      if !taken.isEmpty { events.count(.fileReload, "success") }
      if !after.isSubset(of: before) { events.count(.fileReload, "failure") }
      fresh.formUnion(taken)
      // What only an older generation names may be gone for good.
      pending.formUnion(after.filter { !files.isDisjoint(with: $0.files) })
    }
    return (fresh, pending)
  }

  private func tell(_ due: TrustAlarms.Due, _ inEffect: Set<String>, _ log: ErrorLogRuntime) {
    for reason in due.raised {
      log.write(
        .alert, "\(reason); what was there before goes on being used, and this is tried again until it is in effect")
    }
    for (reason, time) in due.repeated.sorted(by: { $0.key < $1.key }) {
      log.write(.alert, "not in effect for \(time.components.seconds / 60) minutes: \(reason)")
    }
    if !inEffect.isEmpty { log.write(.notice, "files in effect: \(inEffect.sorted().joined(separator: ", "))") }
  }
}

extension GatewayRuntime {
  /// Paths that the configuration names for CRLs.
  var revocationSources: Set<String> { trustConsumers.reduce(into: []) { $0.formUnion($1.revocationSources) } }

  fileprivate var trustFileNames: Set<String> {
    trustConsumers.reduce(into: []) { $0.formUnion($1.intake.files) }
  }

  /// Every trust file, and whether what it holds is not in effect.
  var trustFiles: [(path: String, isPending: Bool)] {
    let pending = Set(trustConsumers.flatMap(\.intake.pending).flatMap(\.files))
    return trustFileNames.sorted().map { ($0, pending.contains($0)) }
  }
}
