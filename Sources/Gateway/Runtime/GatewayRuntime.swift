import ConfigModel
import ConfigSyntax
import ContentService
import PatternMatching
import Transport

/// A configuration made ready to serve: templates resolved, expressions compiled, TLS contexts and trust loaded.
///
/// One generation; a reload makes another. Immutable but for counters and pools that guard themselves.
final class GatewayRuntime: Sendable {
  let generation: UInt64
  let configuration: Configuration
  /// What to bind, and who answers there.
  let sockets: [SocketRuntime]
  let servers: [ServerRuntime]
  /// The TLS of each server that terminates it.
  let tls: [ServerTLS]
  /// Whoever serves by trust files: those, and what speaks TLS to upstreams.
  let trustConsumers: [any TrustConsumer]
  let errorLog: ErrorLogRuntime
  let upstreams: UpstreamRegistry
  /// CRLs that are named by URL.
  let remoteLists: [RemoteList]
  /// CA directories on this machine whose services are in use.
  let authorityPlaces: Set<AuthorityPlace>
  /// The connections that this generation accepted.
  let connections = ConnectionRegistry()

  /// - Throws: the first thing that makes the configuration unusable, with the directive's place.
  init(
    _ read: ReadConfiguration, options: GatewayOptions, generation: UInt64, shared: GatewayShared
  ) throws(GatewayStartError) {
    self.generation = generation
    configuration = read.configuration
    let logs = read.configuration.main.errorLogs
    var options = options
    let problem = logs.isEmpty ? options.settleErrorLog(in: shared.logs) : nil
    do throws(Diagnostic) {
      errorLog = try ErrorLogRuntime(logs.isEmpty ? options.fallbackErrorLogs : logs, files: shared.logs)
      if let problem { errorLog.write(.alert, problem) }
      remoteLists = try RemoteList.all(of: read.configuration.http?.servers ?? [])
      try RemoteListLoader(shared: shared.tls.remoteLists, errorLog: errorLog).load(remoteLists)
      let compiler = try RuntimeCompiler(read.configuration, options: options, shared: shared)
      servers = try compiler.servers()
      upstreams = compiler.upstreams
      authorityPlaces = compiler.authorityPlaces
      tls = servers.compactMap(\.tls)
      trustConsumers = tls + compiler.upstreamConsumers
      sockets = try compiler.sockets(for: servers)
    } catch {
      throw GatewayStartError(lines: [StartupMessage.text(error)])
    }
  }
}

extension GatewayOptions {
  /// Where errors go while the configuration names no `error_log`.
  var fallbackErrorLogs: [ErrorLog] {
    let path = errorLog ?? defaultFiles.errorLog
    if path == "stderr" { return [ErrorLog(destination: .stderr, level: .error)] }
    return [ErrorLog(destination: .file(path.hasPrefix("/") ? path : absolutePrefix + path), level: .error)]
  }

  /// Without `-e` errors go to the default file or, as in nginx, to standard error where that can't be opened.
  ///
  /// - Returns: why it can't, for the log.
  fileprivate mutating func settleErrorLog(in files: LogFiles) -> String? {
    guard errorLog == nil else { return nil }
    defaultFiles.makeFolder()
    do throws(Diagnostic) {
      _ = try files.file(defaultFiles.errorLog, at: nil)
      return nil
    } catch {
      errorLog = "stderr"
      return "could not open error log file: \(error.message); errors go to standard error"
    }
  }
}
