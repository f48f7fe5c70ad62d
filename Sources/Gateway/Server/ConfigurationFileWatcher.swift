import Synchronization
import TrustFeeds

/// Brings changed certificates, keys, CAs and CRLs into service without a reload, for every generation that still has
/// connections.
final class ConfigurationFileWatcher: Sendable {
  private let watchers = Mutex<[UInt64: FileWatcher]>([:])
  private let generations: LivingGenerations
  private let events: EventCounters

  init(_ generations: LivingGenerations, events: EventCounters) {
    self.generations = generations
    self.events = events
  }

  func watch(_ runtime: GatewayRuntime) {
    let files = runtime.tls.reduce(into: [:]) { files, server in files.merge(server.signatures) { first, _ in first } }
    guard !files.isEmpty else { return }
    // What changed while the configuration was being read is not missed.
    let watcher = FileWatcher(files.keys.sorted(), since: files) { [weak runtime, generations, events] changed in
      if let runtime { Self.reload(runtime, changed, generations, events) }
    }
    watchers.withLock { $0[runtime.generation] = watcher }
  }

  func forget(_ runtime: GatewayRuntime) {
    watchers.withLock { $0.removeValue(forKey: runtime.generation) }?.stop()
  }

  private static func reload(
    _ runtime: GatewayRuntime, _ changed: Set<String>, _ generations: LivingGenerations, _ events: EventCounters
  ) {
    runtime.takeUp(changed, events: events)
    runtime.errorLog.write(.notice, "changed files taken: \(changed.sorted().joined(separator: ", "))")
    runtime.warnOfRevocationLists()
    // An older generation's connections are judged by the servers of this one.
    generations.trustChanged()
  }
}
