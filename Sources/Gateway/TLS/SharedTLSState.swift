import ConfigModel
import Synchronization
import TLSEngine

/// What outlives a reload: ticket secrets, named caches, CRLs that did not change, what OCSP responders said.
final class SharedTLSState: Sendable {
  let ticketKeyring = TLSTicketKeyring()
  let events: EventCounters
  let revocationFiles: RevocationFiles
  let ruleAuthorities = RuleAuthorities()
  let staples: StapleMemory
  let remoteLists: RemoteLists
  let distributionPoints: DistributionPointStore
  private let statuses: StatusMemory
  private let statusCaches = Mutex<[String: StatusMemory]>([:])
  private let caches = Mutex<[String: TLSSessionCache]>([:])
  private let snapshots = Mutex<UInt64>(0)

  init() {
    events = EventCounters()
    revocationFiles = RevocationFiles(events: events)
    statuses = StatusMemory(events: events)
    staples = StapleMemory(events: events)
    remoteLists = RemoteLists(events: events)
    distributionPoints = DistributionPointStore(events: events)
  }

  /// `builtin` is a cache of its own in nginx; here one of fixed size that servers share, which policies keep apart.
  func sessionCache(for setting: SessionCacheSetting) -> TLSSessionCache? {
    switch setting {
    case .off, .none: nil
    case .builtin: cache(named: "", bytes: 5 << 20)
    case .shared(let name, let size): cache(named: name, bytes: size.bytes)
    }
  }

  /// What is remembered of clients' statuses, as `ssl_ocsp_cache` has it.
  func statuses(for setting: OCSPCacheSetting) -> StatusMemory {
    switch setting {
    case .standard: statuses
    case .off: StatusMemory(keeps: false, events: events)
    case .shared(let name, let size):
      statusCaches.withLock { caches in
        if let known = caches[name] { return known }
        let made = StatusMemory(bytes: size.bytes, events: events)
        caches[name] = made
        return made
      }
    }
  }

  /// The number of the next trust snapshot.
  func nextSnapshot() -> UInt64 {
    snapshots.withLock { number in
      number += 1
      return number
    }
  }

  private func cache(named name: String, bytes: Int) -> TLSSessionCache {
    caches.withLock { caches in
      if let cache = caches[name] { return cache }
      let cache = TLSSessionCache(bytes: bytes)
      caches[name] = cache
      return cache
    }
  }
}
