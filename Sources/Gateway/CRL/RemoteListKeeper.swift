import ConfigModel
import Dispatch
import Fetch
import NIOCore
import PKI
import Synchronization

/// Fetches the CRLs that are named by URL again, before they end and after failures, while the gateway serves.
///
/// A new list replaces the copy's file; from there it takes the way of every changed file.
final class RemoteListKeeper: Sendable {
  private static let patience = Duration.seconds(120)

  private let shared: RemoteLists
  private let loop: EventLoop
  private let events: EventCounters
  private let task = Mutex<RepeatedTask?>(nil)
  /// Reads and judges what came: no event loop waits for a large list.
  private let judges = DispatchQueue(label: "crl")

  init(_ shared: RemoteLists, loop: EventLoop, events: EventCounters) {
    self.shared = shared
    self.events = events
    self.loop = loop
  }

  /// Cares for these lists instead of those before.
  ///
  /// - Parameter servers: that name them; their CA files may change meanwhile.
  func keep(_ lists: [RemoteList], of servers: [ServerBlock], errorLog: ErrorLogRuntime) {
    let fresh = lists.isEmpty ? nil : start(lists, servers, errorLog)
    replace(with: fresh)
  }

  func stop() { replace(with: nil) }

  private func start(
    _ lists: [RemoteList], _ servers: [ServerBlock], _ errorLog: ErrorLogRuntime
  ) -> RepeatedTask {
    loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [self] _ in
      let now = UnixTime(WallClock.now.seconds)
      for list in lists where shared.begin(list, at: now) { fetch(list, servers, errorLog) }
    }
  }

  private func replace(with fresh: RepeatedTask?) {
    let previous = task.withLock { task in
      defer { task = fresh }
      return task
    }
    previous?.cancel()
  }

  private func fetch(_ list: RemoteList, _ servers: [ServerBlock], _ errorLog: ErrorLogRuntime) {
    judges.async { [self] in
      // A CA file that can't be read leaves those that were there; those of other servers are not asked for.
      let users = servers.filter { server in server.tls.crl.contains { $0.path == list.path } }
      let list = (try? RemoteList.all(of: users))?.first { $0.path == list.path } ?? list
      // A copy that has ended is asked for whole: a server that says it has not changed has none either.
      let now = UnixTime(WallClock.now.seconds)
      let request = list.request((try? list.usableCopy(at: now).get())?.validators, within: Self.patience)
      loop.execute {
        Fetch.start(request, on: self.loop) { result in
          self.judges.async { self.take(result, list, errorLog) }
        }
      }
    }
  }

  private func take(
    _ result: Result<FetchResponse, FetchError>, _ list: RemoteList, _ errorLog: ErrorLogRuntime
  ) {
    switch shared.take(result, for: list, at: UnixTime(WallClock.now.seconds)) {
    case .unchanged:
      events.count(.crlFetch, "\(list.url)", "unchanged")
      errorLog.write(.info, "CRL \"\(list.url)\" has not changed")
    case .replaced(let bytes):
      events.count(.crlFetch, "\(list.url)", "replaced")
      errorLog.write(.notice, "CRL \"\(list.url)\" fetched, \(bytes) bytes")
    case .failed(let reason):
      events.count(.crlFetch, "\(list.url)", "failed")
      errorLog.write(.error, "CRL \"\(list.url)\": \(reason); what was there before goes on being used")
    }
    FreedMemory.giveBack()
  }
}
