import ConfigSyntax
import Dispatch
import NIOCore

extension GatewayRuntime {
  /// Every server that reads `source` judges by what it holds now, and every open connection has been looked at again.
  ///
  /// For a thread that may wait, never an event loop.
  ///
  /// - Returns: why servers go on with what they had.
  func takeUp(_ source: String, events: EventCounters) -> [String] {
    var problems: [String] = []
    for server in tls where server.files.contains(source) {
      do throws(Diagnostic) {
        try server.reload()
        events.count(.fileReload, "success")
      } catch {
        events.count(.fileReload, "failure")
        errorLog.write(.alert, "\(error.description); what was there before goes on being used")
        problems.append(error.description)
      }
    }
    tellConnections()
    return problems
  }

  private func tellConnections() {
    let told = DispatchGroup()
    var loops: [ObjectIdentifier: EventLoop] = [:]
    connections.forEach { channel in
      channel.pipeline.fireUserInboundEventTriggered(TrustChanged())
      loops[ObjectIdentifier(channel.eventLoop)] = channel.eventLoop
    }
    // Behind the events on each loop.
    for loop in loops.values {
      told.enter()
      loop.execute { told.leave() }
    }
    _ = told.wait(timeout: .now() + .seconds(5))
  }
}
