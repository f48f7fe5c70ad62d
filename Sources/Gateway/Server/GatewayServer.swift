import ConfigModel
import ContentService
import Cryptography
import Glibc
import NIOCore
import Synchronization
import Transport

/// A running gateway: sockets, event loops and the generation of the configuration that serves now.
///
/// `start`, `reload`, `quit`, `terminate` and `reopenLogs` are called from one thread, which is no event loop.
public final class GatewayServer: Sendable {
  private struct State {
    var runtime: GatewayRuntime
    var sockets: [OpenSocket] = []
    var isStopping = false
    var isStopped = false
  }

  private let options: GatewayOptions
  private let shared: GatewayShared
  private let loops: EventLoops
  private let state: Mutex<State>
  private let staples: StapleKeeper
  private let expiry = ExpiryWarnings()
  private let remoteLists: RemoteListKeeper
  private let distributionPoints: DistributionPointKeeper

  private init(_ options: GatewayOptions, shared: GatewayShared, runtime: GatewayRuntime) {
    self.options = options
    self.shared = shared
    loops = EventLoops(count: runtime.configuration.main.workerProcesses ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    if let limit = runtime.configuration.main.coreFileLimit { CoreDumps.allow(bytes: UInt64(clamping: limit.bytes)) }
    staples = StapleKeeper(memory: shared.tls.staples, loop: loops.acceptor)
    remoteLists = RemoteListKeeper(shared.tls.remoteLists, loop: loops.acceptor, events: shared.events)
    shared.generations.begin(runtime)
    distributionPoints = DistributionPointKeeper(shared.tls.distributionPoints, loop: loops.acceptor)
    state = Mutex(State(runtime: runtime))
  }

  /// Reads the configuration, loads what it names, binds every address and writes the pid file.
  ///
  /// - Parameter services: the CAs on this machine that the configuration may name; none without.
  /// - Throws: lines for the operator; then nothing is bound.
  public static func start(
    _ options: GatewayOptions, services: (any AuthorityServices)? = nil
  ) throws(GatewayStartError) -> GatewayServer {
    let shared = GatewayShared(services: services)
    // Open before the configuration is read: what is wrong with it is said there too.
    let startLog = options.errorLog == nil ? nil : try? ErrorLogRuntime(options.fallbackErrorLogs, files: shared.logs)
    do throws(GatewayStartError) {
      return try start(options, shared)
    } catch {
      for line in error.lines { startLog?.write(.emerg, StartupMessage.withoutPrefix(line)) }
      throw error
    }
  }

  private static func start(
    _ options: GatewayOptions, _ shared: GatewayShared
  ) throws(GatewayStartError) -> GatewayServer {
    let read = try options.read()
    let runtime = try GatewayRuntime(read, options: options, generation: 1, shared: shared)
    for diagnostic in read.diagnostics { runtime.errorLog.write(diagnostic.level, diagnostic.description) }
    runtime.warnOfRevocationLists()
    runtime.warnOfIssuerRules()
    let server = GatewayServer(options, shared: shared, runtime: runtime)
    let sockets = try server.open(runtime, reusing: [])
    server.state.withLock { $0.sockets = sockets }
    try server.writePIDFile(runtime)
    shared.status.started(runtime)
    server.watchFiles(of: runtime)
    server.repeatWarnings()
    runtime.errorLog.write(.notice, "\(GatewayVersion.product) started")
    return server
  }

  public var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Where the gateway listens, as `127.0.0.1:8443`.
  public var addresses: [String] { state.withLock { $0.runtime.sockets.map(\.setting.text) } }

  // MARK: - Reload

  /// Reads everything anew. Where anything is wrong the present generation goes on serving and the log says why.
  public func reload() {
    let present = state.withLock { $0.runtime }
    present.errorLog.write(.notice, "reconfiguring")
    do throws(GatewayStartError) {
      let read = try options.read()
      let next = try GatewayRuntime(read, options: options, generation: present.generation + 1, shared: shared)
      let sockets = try open(next, reusing: state.withLock { $0.sockets })
      install(next, sockets: sockets)
      for diagnostic in read.diagnostics { next.errorLog.write(diagnostic.level, diagnostic.description) }
      next.warnOfRevocationLists()
      next.warnOfIssuerRules()
    } catch {
      shared.status.reloadFailed()
      for line in error.lines { present.errorLog.write(.emerg, StartupMessage.withoutPrefix(line)) }
      present.errorLog.write(.alert, "the new configuration was refused; generation \(present.generation) goes on")
    }
  }

  private func install(_ next: GatewayRuntime, sockets: [OpenSocket]) {
    let (previous, closing) = state.withLock { state in
      let previous = state.runtime
      let closing = state.sockets.filter { old in !sockets.contains { $0 === old } }
      state.runtime = next
      state.sockets = sockets
      return (previous, closing)
    }
    for socket in closing { socket.close() }
    shared.status.reloaded(next)
    watchFiles(of: next)
    next.errorLog.write(.notice, "generation \(next.generation) serves")
    shared.generations.begin(next)
    retire(previous, isUrgent: false)
  }

  // MARK: - End

  /// Stops accepting, lets open requests finish, then stops.
  public func quit() { finish("gracefully shutting down") { $0.drain(isUrgent: true, emptied: $1) } }

  /// Closes everything now.
  public func terminate() {
    finish("terminating") { connections, emptied in
      connections.drain(isUrgent: true, emptied: emptied)
      connections.closeAll()
    }
  }

  private func finish(_ message: String, _ end: (ConnectionRegistry, @escaping @Sendable () -> Void) -> Void) {
    let (runtime, sockets, wasStopping) = state.withLock { state in
      defer { state.isStopping = true }
      return (state.runtime, state.sockets, state.isStopping)
    }
    runtime.errorLog.write(.notice, message)
    for socket in sockets { socket.close() }
    runtime.upstreams.retire()
    end(runtime.connections) { [self] in if !wasStopping { generationEnded(runtime) } }
    if let limit = runtime.configuration.main.workerShutdownTimeout {
      loops.acceptor.scheduleTask(in: TimeAmount(limit)) { runtime.connections.closeAll() }
    }
  }

  /// Drains a generation that another has replaced.
  private func retire(_ runtime: GatewayRuntime, isUrgent: Bool) {
    runtime.upstreams.retire()
    runtime.connections.drain(isUrgent: isUrgent) { [self] in generationEnded(runtime) }
    if let limit = runtime.configuration.main.workerShutdownTimeout {
      loops.acceptor.scheduleTask(in: TimeAmount(limit)) { runtime.connections.closeAll() }
    }
  }

  private func generationEnded(_ runtime: GatewayRuntime) {
    runtime.errorLog.write(.notice, "generation \(runtime.generation): process \(getpid()) exited with code 0")
    shared.trust.forget(runtime)
    distributionPoints.forget(runtime)
    guard shared.generations.end(runtime) else { return }
    staples.stop()
    remoteLists.stop()
    shared.services?.keep([]) { _ in }
    shared.logs.flushAll()
    state.withLock { $0.isStopped = true }
  }

  // MARK: - Logs and files

  /// Opens every log file anew, after a rotation.
  public func reopenLogs() {
    let log = state.withLock { $0.runtime }.errorLog
    for problem in shared.logs.reopenAll() { log.write(.emerg, problem) }
    log.write(.notice, "reopened logs")
  }

  /// CRLs and certificates grow old while nothing changes.
  private func repeatWarnings() {
    loops.acceptor.scheduleRepeatedTask(initialDelay: .hours(1), delay: .hours(1)) { [weak self] _ in
      self?.state.withLock { $0.runtime }.warnOfRevocationLists()
    }
    loops.acceptor.scheduleRepeatedTask(initialDelay: .minutes(1), delay: .minutes(1)) { [weak self] _ in
      if let self { expiry.check(state.withLock { $0.runtime }) }
    }
  }

  private func watchFiles(of runtime: GatewayRuntime) {
    expiry.check(runtime)
    shared.tls.revocationFiles.serve(runtime.revocationSources)
    shared.trust.watch(runtime)
    staples.keep(runtime.tls, errorLog: runtime.errorLog)
    let servers = runtime.configuration.http?.servers ?? []
    remoteLists.keep(runtime.remoteLists, of: servers, errorLog: runtime.errorLog)
    distributionPoints.keep(runtime)
    let errorLog = runtime.errorLog
    shared.services?.keep(runtime.authorityPlaces) { errorLog.write($0.level.logLevel, $0.text) }
  }

  private func writePIDFile(_ runtime: GatewayRuntime) throws(GatewayStartError) {
    let path = options.pidFile(runtime.configuration)
    let isDefault = runtime.configuration.main.pidFile == nil
    if isDefault { options.defaultFiles.makeFolder() }
    if PIDFile.write(path) { return }
    let problem = "open() \"\(path)\" failed (\(SystemError(number: errno)))"
    guard isDefault, !runtime.configuration.main.daemon else {
      throw GatewayStartError(lines: ["[emerg] \(problem)\(isDefault ? "; name another file with \"pid\"" : "")"])
    }
    // Whoever started it in the foreground knows the process.
    runtime.errorLog.write(.warn, "\(problem); -s will not find this process")
  }

  /// Leaves the file of another process that took the place of this one.
  public func removePIDFile() {
    let path = options.pidFile(state.withLock { $0.runtime }.configuration)
    if PIDFile.process(in: path) == getpid() { unlink(path) }
  }

  // MARK: - Sockets

  /// Binds what `runtime` needs and is not open yet; only when all is bound does anything change hands.
  private func open(_ runtime: GatewayRuntime, reusing open: [OpenSocket]) throws(GatewayStartError) -> [OpenSocket] {
    var result: [(OpenSocket, SocketRuntime)] = []
    var fresh: [OpenSocket] = []
    for socket in runtime.sockets {
      if let known = open.first(where: { $0.address == socket.setting.address }) {
        result.append((known, socket))
        continue
      }
      do {
        let listener = try OpenSocket.bind(socket, on: loops, acceptor: acceptor(socket, runtime))
        fresh.append(listener)
        result.append((listener, socket))
      } catch {
        for socket in fresh { socket.close() }
        throw GatewayStartError(lines: [
          "[emerg] bind() to \(socket.setting.text) failed (\(OpenSocket.text(error))) "
            + "in \(socket.setting.position)"
        ])
      }
    }
    for (socket, plan) in result {
      let acceptor = ConnectionAcceptor(socket: plan, runtime: runtime, shared: shared)
      socket.listener.serve { acceptor.accept($0) }
      socket.listener.onAcceptFailure { acceptor.acceptFailed($0) }
    }
    return result.map(\.0)
  }

  private func acceptor(_ socket: SocketRuntime, _ runtime: GatewayRuntime) -> Listener.Initializer {
    let acceptor = ConnectionAcceptor(socket: socket, runtime: runtime, shared: shared)
    return { channel in acceptor.accept(channel) }
  }
}
