import Dispatch
import NIOCore
import Synchronization

extension EventLoopFuture where Value: Sendable {
  /// Waits on a thread that is no event loop, while the gateway starts or reloads.
  ///
  /// - Parameter seconds: after which `BoundedWaitExpired` is thrown.
  func result(within seconds: Int) throws -> Value {
    let done = DispatchSemaphore(value: 0)
    let outcome = Mutex<Result<Value, any Error>?>(nil)
    whenComplete { result in
      outcome.withLock { $0 = result }
      done.signal()
    }
    guard done.wait(timeout: .now() + .seconds(seconds)) == .success, let result = outcome.withLock({ $0 }) else {
      throw BoundedWaitExpired()
    }
    return try result.get()
  }
}

struct BoundedWaitExpired: Error, CustomStringConvertible {
  var description: String { "timed out" }
}
