import ArgumentParser
import Gateway
import Glibc

/// `daemon on`: the program starts itself again in a session of its own and leaves when that one serves.
///
/// A process with threads can't fork; starting anew before the first thread gives the same result.
struct Daemon {
  /// `POSIX_SPAWN_SETSID`, a macro that Swift doesn't see.
  private static let ownSession: Int16 = 0x80
  /// Names the descriptor on which the new process says that it serves.
  private static let marker = "COUNTERSIGN_READY_FD"

  /// Whether this process was the one that only starts the daemon, and is done.
  func startIfAsked(_ options: GatewayOptions) throws -> Bool {
    guard getenv(Self.marker) == nil, ConfigurationCheck.wantsDaemon(options) else { return false }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return false }
    defer { close(ends[0]) }
    setenv(Self.marker, String(ends[1]), 1)
    let pid = try spawn()
    close(ends[1])
    var byte: UInt8 = 0
    if read(ends[0], &byte, 1) == 1 { return true }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    throw ExitCode(1)
  }

  /// Tells the process that started this one that the listeners are open.
  func reportServing() {
    guard let text = getenv(Self.marker), let descriptor = Int32(String(cString: text)) else { return }
    var byte: UInt8 = 1
    _ = write(descriptor, &byte, 1)
    close(descriptor)
    unsetenv(Self.marker)
  }

  private func spawn() throws -> pid_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Self.ownSession)
    var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, "/proc/self/exe", nil, &attributes, arguments, environ)
    guard result == 0 else {
      StandardError.write("can't start in the background: \(String(cString: strerror(result)))")
      throw ExitCode(1)
    }
    return pid
  }
}
