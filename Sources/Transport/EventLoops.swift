import NIOCore
import NIOPosix

/// The threads that carry all connections.
public final class EventLoops: Sendable {
  public let group: MultiThreadedEventLoopGroup
  /// Accepts on behalf of the others where one thread accepts for all; the first of `group`.
  public let acceptor: EventLoop

  /// - Parameter count: threads, each with its own event loop; at least one.
  public init(count: Int) {
    group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, count))
    acceptor = group.next()
  }

  /// Every loop once.
  public var all: [EventLoop] {
    var loops: [EventLoop] = []
    for loop in group.makeIterator() { loops.append(loop) }
    return loops
  }

  /// The loop of the current thread if it is one of these, else the next in turn.
  public func current() -> EventLoop { group.any() }

  /// Stops all threads; `done` is called on a thread of its own.
  public func shutDown(_ done: @escaping @Sendable (Error?) -> Void) {
    group.shutdownGracefully { done($0) }
  }
}
