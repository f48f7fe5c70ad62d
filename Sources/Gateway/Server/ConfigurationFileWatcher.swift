import ConfigSyntax
import Synchronization
import TrustFeeds

/// Brings changed certificates, keys, CAs and CRLs into service without a reload.
final class ConfigurationFileWatcher: Sendable {
  private let watcher = Mutex<FileWatcher?>(nil)

  /// Watches the files of these servers instead of those before.
  func watch(_ servers: [ServerTLS], errorLog: ErrorLogRuntime) {
    let files = servers.reduce(into: Set<String>()) { $0.formUnion($1.files) }
    let fresh = files.isEmpty ? nil : FileWatcher(files.sorted()) { changed in Self.reload(servers, changed, errorLog) }
    let previous = watcher.withLock { watcher in
      defer { watcher = fresh }
      return watcher
    }
    previous?.stop()
  }

  func stop() {
    watcher.withLock { watcher in
      watcher?.stop()
      watcher = nil
    }
  }

  /// A bad file leaves its server as it was; the next change tries again.
  private static func reload(_ servers: [ServerTLS], _ changed: Set<String>, _ errorLog: ErrorLogRuntime) {
    for server in servers where !server.files.isDisjoint(with: changed) {
      do throws(Diagnostic) {
        try server.reload()
      } catch {
        errorLog.write(.alert, "\(error.description); what was there before goes on being used")
      }
    }
    errorLog.write(.notice, "changed files taken: \(changed.sorted().joined(separator: ", "))")
  }
}
