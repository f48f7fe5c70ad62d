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
  /// That descriptor: the first behind those of every program.
  private static let readyDescriptor: Int32 = 3

  /// Whether this process was the one that only starts the daemon, and is done.
  func startIfAsked(_ options: GatewayOptions) throws -> Bool {
    guard getenv(Self.marker) == nil, ConfigurationCheck.wantsDaemon(options) else { return false }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return false }
    defer { close(ends[0]) }
    setenv(Self.marker, String(Self.readyDescriptor), 1)
    let pid = try spawn(reportingTo: ends[1])
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

  private static func keepDescriptorsToOurselves() {
    guard let open = opendir("/proc/self/fd") else { return }
    defer { closedir(open) }
    while let entry = readdir(open) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if let descriptor = Int32(name), descriptor > STDERR_FILENO { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }
  }

  /// The new process holds nothing of whoever started this one, who may be waiting for its end: standard error alone stays.
  private func spawn(reportingTo ready: Int32) throws -> pid_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Self.ownSession)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ready, Self.readyDescriptor)
    Self.keepDescriptorsToOurselves()
    var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments, environ)
    guard result == 0 else {
      StandardError.write("can't start in the background: \(String(cString: strerror(result)))")
      throw ExitCode(1)
    }
    return pid
  }
}
