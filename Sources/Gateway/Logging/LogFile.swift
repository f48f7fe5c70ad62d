import Glibc
import NIOCore
import Synchronization

/// A file that lines are appended to, each by one `write`; opened again on demand, shared by all event loops.
final class LogFile: Sendable {
  private struct State {
    var descriptor: Int32
    var pending: [UInt8] = []
    var hasScheduledFlush = false
  }

  /// `nil`: standard error, which is never reopened.
  let path: String?
  /// Of a file that has to be made.
  private let mode: mode_t
  private let state: Mutex<State>

  /// Error logs tell who was refused and why: not for everybody on the machine.
  static let errorMode: mode_t = 0o640
  static let accessMode: mode_t = 0o644

  private init(path: String?, mode: mode_t = LogFile.accessMode, descriptor: Int32) {
    self.path = path
    self.mode = mode
    state = Mutex(State(descriptor: descriptor))
  }

  deinit {
    if path == nil { return }
    state.withLock { state in
      Self.write(state.pending, to: state.descriptor)
      close(state.descriptor)
    }
  }

  static let standardError = LogFile(path: nil, descriptor: STDERR_FILENO)

  static func open(_ path: String, mode: mode_t = LogFile.accessMode) -> Result<LogFile, SystemError> {
    openDescriptor(path, mode).map { LogFile(path: path, mode: mode, descriptor: $0) }
  }

  private static func openDescriptor(_ path: String, _ mode: mode_t) -> Result<Int32, SystemError> {
    let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode)
    return descriptor >= 0 ? .success(descriptor) : .failure(SystemError(number: errno))
  }

  /// Appends a line, now.
  func write(_ line: [UInt8]) {
    state.withLock { state in
      if state.pending.isEmpty {
        Self.write(line, to: state.descriptor)
      } else {
        state.pending.append(contentsOf: line)
        Self.drain(&state)
      }
    }
  }

  /// Appends a line to a buffer that is written when it is full, or after `delay`.
  func write(_ line: [UInt8], buffering size: Int, flushingAfter delay: TimeAmount?, on loop: EventLoop) {
    let schedules = state.withLock { state in
      if state.pending.count + line.count > size { Self.drain(&state) }
      state.pending.append(contentsOf: line)
      guard delay != nil, !state.hasScheduledFlush else { return false }
      state.hasScheduledFlush = true
      return true
    }
    if schedules, let delay { loop.scheduleTask(in: delay) { self.flush() } }
  }

  func flush() {
    state.withLock { state in
      state.hasScheduledFlush = false
      Self.drain(&state)
    }
  }

  /// Goes on in a new file of the same name (log rotation); stays with the old one where that fails.
  func reopen() -> SystemError? {
    guard let path else { return nil }
    switch Self.openDescriptor(path, mode) {
    case .failure(let error): return error
    case .success(let descriptor):
      state.withLock { state in
        Self.drain(&state)
        close(state.descriptor)
        state.descriptor = descriptor
      }
      return nil
    }
  }

  private static func drain(_ state: inout State) {
    if state.pending.isEmpty { return }
    write(state.pending, to: state.descriptor)
    state.pending.removeAll(keepingCapacity: true)
  }

  /// A full disk loses lines, never requests.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno != EINTR {
          return
        }
      }
    }
  }
}
