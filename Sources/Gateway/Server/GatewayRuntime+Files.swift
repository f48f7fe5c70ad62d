import ConfigSyntax

extension GatewayRuntime {
  /// Every server that reads one of these files judges and serves by what they hold now; connections are not told yet.
  ///
  /// - Returns: why servers go on with what they had; the log says so, too. A bad file is tried again when it changes.
  @discardableResult
  func takeUp(_ changed: Set<String>, events: EventCounters) -> [String] {
    var problems: [String] = []
    for server in tls where !server.files.isDisjoint(with: changed) {
      do throws(Diagnostic) {
        try server.reload()
        events.count(.fileReload, "success")
      } catch {
        events.count(.fileReload, "failure")
        errorLog.write(.alert, "\(error.description); what was there before goes on being used")
        problems.append(error.description)
      }
    }
    return problems
  }
}
