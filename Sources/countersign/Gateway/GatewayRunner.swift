import ArgumentParser
import AuthorityService
import Gateway
import Glibc

/// Runs a gateway in this process until a signal ends it.
///
/// Signals are blocked before any thread starts and taken one by one on the main thread, so that no handler ever interrupts anything.
struct GatewayRunner {
  var options: GatewayOptions
  /// Called once, when every listener is open.
  var whenServing: (GatewayServer) -> Void = { _ in }

  private static let signals = [SIGHUP, SIGQUIT, SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGWINCH]

  func run() throws {
    let daemon = Daemon()
    if try daemon.startIfAsked(options) { return }
    var blocked = Self.blockSignals()
    let server: GatewayServer
    do {
      server = try GatewayServer.start(options, services: LocalAuthorities())
    } catch {
      for line in error.lines { StandardError.write(line) }
      throw ExitCode(1)
    }
    daemon.reportServing()
    whenServing(server)
    Self.serve(server, &blocked)
    server.removePIDFile()
  }

  private static func blockSignals() -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    Glibc.signal(SIGPIPE, SIG_IGN)
    return set
  }

  private static func serve(_ server: GatewayServer, _ set: inout sigset_t) {
    var tick = timespec(tv_sec: 0, tv_nsec: 100_000_000)
    while !server.isStopped {
      switch sigtimedwait(&set, nil, &tick) {
      case SIGHUP: server.reload()
      case SIGQUIT: server.quit()
      case SIGTERM, SIGINT: server.terminate()
      case SIGUSR1: server.reopenLogs()
      default: break
      }
    }
  }
}
