import ContentService
import Synchronization

/// The CA directories of this machine that a gateway's configuration names, each opened once however many locations and
/// generations of the configuration use it.
public final class LocalAuthorities: AuthorityServices {
  private struct Known {
    /// Goes with the last service that uses it.
    weak var host: AuthorityHost?
  }

  private struct State {
    var known: [AuthorityPlace: Known] = [:]
    /// Kept open while their CRLs are cared for.
    var keeper: CRLKeeper?
  }

  private let threads: WorkerThreads
  private let state = Mutex(State())

  /// - Parameters:
  ///   - threads: on which CAs sign and their ledgers are read.
  ///   - waiting: how many requests may wait for one of them; those beyond are told to come again.
  public init(threads: Int = 4, waiting: Int = 1024) {
    self.threads = WorkerThreads(count: threads, waiting: waiting)
  }

  deinit {
    state.withLock { $0.keeper }?.stop()
    threads.stop()
  }

  public func check(_ place: AuthorityPlace) throws(ServiceUnavailable) { _ = try host(of: place) }

  public func service(
    _ kind: AuthorityServiceKind, of place: AuthorityPlace
  ) throws(ServiceUnavailable) -> any ContentService {
    let host = try host(of: place)
    switch kind {
    case .ocsp: return try StatusService(host)
    case .revocationList(let name): return try PublishedFileService<PublishedRevocationList>(host, name: name)
    case .certificate(let name): return try PublishedFileService<PublishedCertificate>(host, name: name)
    }
  }

  public func revocationListFile(of place: AuthorityPlace) throws(ServiceUnavailable) -> String {
    try host(of: place).revocationListFile()
  }

  public func keep(_ places: Set<AuthorityPlace>, report: @escaping @Sendable (ServiceReport) -> Void) {
    // Where a directory is named with its password and without, the one that can open the keys cares for it.
    let able = Set(places.filter { $0.passwordFile != nil }.map(\.directory))
    let kept = places.filter { $0.passwordFile != nil || !able.contains($0.directory) }
    let hosts = kept.sorted { $0.directory < $1.directory }.compactMap { try? host(of: $0) }
    let fresh = hosts.isEmpty ? nil : CRLKeeper(hosts, report: report)
    let previous = state.withLock { state in
      defer { state.keeper = fresh }
      return state.keeper
    }
    previous?.stop()
    fresh?.start()
  }

  private func host(of place: AuthorityPlace) throws(ServiceUnavailable) -> AuthorityHost {
    if let known = state.withLock({ $0.known[place]?.host }) { return known }
    let made = try AuthorityHost(place, threads: threads)
    state.withLock { state in
      state.known = state.known.filter { $0.value.host != nil }
      state.known[place] = Known(host: made)
    }
    return made
  }
}
