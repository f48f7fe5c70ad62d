import ArgumentParser
import Gateway
import Glibc

/// `-s stop|quit|reload|reopen`.
enum GatewaySignal: String, ExpressibleByArgument, CaseIterable {
  case stop
  case quit
  case reload
  case reopen

  private var number: Int32 {
    switch self {
    case .stop: SIGTERM
    case .quit: SIGQUIT
    case .reload: SIGHUP
    case .reopen: SIGUSR1
    }
  }

  /// Sends the signal to the process that the configuration's pid file names.
  func send(_ options: GatewayOptions) throws {
    let pid: Int32
    do {
      pid = try ConfigurationCheck.runningProcess(options)
    } catch {
      StandardError.write("\(error)")
      throw ExitCode(1)
    }
    guard kill(pid, number) == 0 else {
      StandardError.write("kill(\(pid), \(rawValue)) failed: \(String(cString: strerror(errno)))")
      throw ExitCode(1)
    }
  }
}
