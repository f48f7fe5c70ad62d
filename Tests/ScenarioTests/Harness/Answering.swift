import Foundation
import Synchronization

/// Something that is found out on a thread of its own.
final class Answering<Value: Sendable>: Sendable {
  private let answer = Mutex<Result<Value, any Error>?>(nil)

  init(_ ask: @escaping @Sendable () throws -> Value) {
    Thread { [weak self] in
      let found = Result { try ask() }
      self?.answer.withLock { $0 = found }
    }.start()
  }

  var isOver: Bool { answer.withLock { $0 != nil } }

  /// What it found; throws what it threw, or that it took longer.
  func result(within seconds: Double) throws -> Value {
    _ = eventually(within: seconds) { isOver }
    guard let found = answer.withLock({ $0 }) else { throw GatewayFailure(text: "no answer within \(seconds) s") }
    return try found.get()
  }
}
