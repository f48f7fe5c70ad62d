import NIOCore
import PKI
import Synchronization

/// Refreshes the CRLs that certificates named while the gateway serves, for every generation that still has connections.
final class DistributionPointKeeper: Sendable {
  private let store: DistributionPointStore
  private let loop: EventLoop
  private let runtimes = Mutex<[UInt64: GatewayRuntime]>([:])
  private let task = Mutex<RepeatedTask?>(nil)

  init(_ store: DistributionPointStore, loop: EventLoop) {
    self.store = store
    self.loop = loop
  }

  func keep(_ runtime: GatewayRuntime) {
    guard runtime.tls.contains(where: { $0.distributionPointHosts != nil }) else { return }
    runtimes.withLock { $0[runtime.generation] = runtime }
    task.withLock { task in
      if task != nil { return }
      task = loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [self] _ in tick() }
    }
  }

  func forget(_ runtime: GatewayRuntime) {
    let isLast = runtimes.withLock { runtimes in
      runtimes[runtime.generation] = nil
      return runtimes.isEmpty
    }
    guard isLast else { return }
    task.withLock { task in
      task?.cancel()
      task = nil
    }
  }

  private func tick() {
    let hosts = runtimes.withLock { $0.values.flatMap(\.tls).compactMap(\.distributionPointHosts) }
    store.refresh(hosts, at: UnixTime(WallClock.now.seconds), on: loop) { [self] url, problem in
      let runtimes = runtimes.withLock { Array($0.values) }
      for runtime in runtimes {
        if let problem {
          runtime.errorLog.write(
            .error, "CRL \"\(url)\": \(problem); what was there before goes on being used until it ends")
          continue
        }
        for server in runtime.tls { server.takeDistributionPoints() }
        runtime.connections.forEach { $0.pipeline.fireUserInboundEventTriggered(TrustChanged()) }
      }
    }
  }
}
