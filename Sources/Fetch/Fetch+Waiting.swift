import Dispatch
import NIOCore
import Synchronization
import Transport

extension Fetch {
  /// Sends a request and waits for its end; for command lines and the start, never on an event loop.
  public static func run(_ request: FetchRequest) throws(FetchError) -> FetchResponse {
    try run([request])[0].get()
  }

  /// Sends requests together and waits for the last; the results in their order.
  ///
  /// Each has its own time limits, which end this too.
  public static func run(_ requests: [FetchRequest]) -> [Result<FetchResponse, FetchError>] {
    guard !requests.isEmpty else { return [] }
    let loops = EventLoops(count: 1)
    defer { loops.shutDown { _ in } }
    let loop = loops.acceptor
    let collected = Collected(count: requests.count)
    for (index, request) in requests.enumerated() {
      loop.execute {
        start(request, on: loop) { collected.take($0, at: index) }
      }
    }
    return collected.all()
  }

  /// Results on their way from an event loop to a thread that waits.
  private final class Collected: Sendable {
    private let results: Mutex<[Result<FetchResponse, FetchError>]>
    private let arrived = DispatchSemaphore(value: 0)
    private let count: Int

    init(count: Int) {
      self.count = count
      results = Mutex(Array(repeating: .failure(.cancelled), count: count))
    }

    func take(_ result: Result<FetchResponse, FetchError>, at index: Int) {
      results.withLock { $0[index] = result }
      arrived.signal()
    }

    func all() -> [Result<FetchResponse, FetchError>] {
      for _ in 0..<count { _ = arrived.wait(timeout: .distantFuture) }
      return results.withLock { $0 }
    }
  }
}
