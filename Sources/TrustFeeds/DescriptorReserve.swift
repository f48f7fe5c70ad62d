import Dispatch
import Foundation
import Glibc
import Synchronization

/// Lets files be read when clients have used up the process's descriptors.
///
/// The reading is done on a thread with a table of descriptors of its own, in which there is room and out of which nobody
/// else takes any. Where the system has no such thing (before Linux 5.9), or itself has no more, a descriptor kept for
/// this is let go, and taken again afterwards: then another may be quicker, and the reading is to be repeated.
final class DescriptorReserve: Sendable {
  /// Made with the first file that is read, long before there are clients.
  static let shared = DescriptorReserve()

  private let spare = Mutex<Int32>(-1)

  private init() { spare.withLock { $0 = Self.opened() } }

  private static func opened() -> Int32 { open("/dev/null", O_RDONLY | O_CLOEXEC) }

  func overcomingExhaustion<Value: Sendable>(
    _ body: @escaping @Sendable () throws(FileFault) -> Value
  ) throws(FileFault) -> Value {
    do throws(FileFault) {
      return try body()
    } catch {
      switch error {
      case .system(EMFILE): return try (Self.onOwnTable(body) ?? withSpare(body)).get()
      case .system(ENFILE): return try withSpare(body).get()
      case .system, .notRegular, .tooLarge: throw error
      }
    }
  }

  private static func result<Value: Sendable>(
    _ body: @Sendable () throws(FileFault) -> Value
  ) -> Result<Value, FileFault> {
    do throws(FileFault) {
      return .success(try body())
    } catch {
      return .failure(error)
    }
  }

  private func withSpare<Value: Sendable>(
    _ body: @Sendable () throws(FileFault) -> Value
  ) -> Result<Value, FileFault> {
    spare.withLock { spare in
      if spare >= 0 { close(spare) }
      defer { spare = Self.opened() }
      return Self.result(body)
    }
  }

  /// How long a file system may take.
  private static let patience = DispatchTimeInterval.seconds(60)

  /// `nil` where threads can't have tables of their own.
  private static func onOwnTable<Value: Sendable>(
    _ body: @escaping @Sendable () throws(FileFault) -> Value
  ) -> Result<Value, FileFault>? {
    let done = DispatchSemaphore(value: 0)
    let outcome = Outcome<Value>()
    Thread.detachNewThread {
      if leaveSharedTable() { outcome.result.withLock { $0 = result(body) } }
      done.signal()
    }
    guard done.wait(timeout: .now() + patience) == .success else { return .failure(.system(ETIMEDOUT)) }
    return outcome.result.withLock { $0 }
  }

  private final class Outcome<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, FileFault>?>(nil)
  }

  /// Gives the calling thread an empty table, but for the standard streams.
  private static func leaveSharedTable() -> Bool {
    // Not every C library has it, and Glibc's module does not show it.
    guard let symbol = dlsym(nil, "close_range") else { return false }
    typealias CloseRange = @convention(c) (UInt32, UInt32, Int32) -> Int32
    // CLOSE_RANGE_UNSHARE
    return unsafeBitCast(symbol, to: CloseRange.self)(3, .max, 2) == 0
  }
}
