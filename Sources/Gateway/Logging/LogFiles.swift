import ConfigModel
import ConfigSyntax
import Glibc
import Synchronization

/// The open log files by path: every generation of the configuration writes to the same ones.
public final class LogFiles: Sendable {
  private let files = Mutex<[String: LogFile]>([:])
  private let syslogs = Mutex<[String: SyslogSender]>([:])

  public init() {}

  /// - Parameters:
  ///   - path: absolute.
  ///   - mode: of the file, if it has to be made.
  func file(_ path: String, mode: mode_t = LogFile.accessMode, at position: SourcePosition?) throws(Diagnostic)
    -> LogFile
  {
    if path == "/dev/stderr" || path == "stderr" { return .standardError }
    let result: Result<LogFile, SystemError> = files.withLock { files in
      if let file = files[path] { return .success(file) }
      let opened = LogFile.open(path, mode: mode)
      if case .success(let file) = opened { files[path] = file }
      return opened
    }
    switch result {
    case .success(let file): return file
    case .failure(let error): throw Diagnostic("open() \"\(path)\" failed (\(error))", at: position)
    }
  }

  /// - Parameter parameters: `server=…,facility=…,tag=…` as after `syslog:`.
  func syslog(_ parameters: String, at position: SourcePosition?) throws(Diagnostic) -> SyslogSender {
    if let sender = syslogs.withLock({ $0[parameters] }) { return sender }
    let sender = SyslogSender(try SyslogAddress(parameters, at: position))
    syslogs.withLock { $0[parameters] = sender }
    return sender
  }

  /// SIGUSR1. - Returns: what went wrong, as messages.
  public func reopenAll() -> [String] {
    files.withLock { files in
      files.values.compactMap { file in
        file.reopen().map { "open() \"\(file.path ?? "")\" failed (\($0))" }
      }
    }
  }

  /// Writes what is buffered; before the process ends.
  public func flushAll() {
    files.withLock { files in files.values.forEach { $0.flush() } }
  }
}
