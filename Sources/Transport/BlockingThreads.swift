import NIOCore
import NIOPosix

/// Threads for what may block or take long, such as reading a file, so that no event loop has to wait for it.
public final class BlockingThreads: Sendable {
  private let threads: NIOThreadPool

  /// Lives as long as the process; its threads are started by whoever needs them first.
  public static let shared = BlockingThreads(count: 2)
  /// For work that strangers cause: none of it stands in the way of files.
  public static let forStrangers = BlockingThreads(count: 2)

  private init(count: Int) {
    threads = NIOThreadPool(numberOfThreads: count)
    threads.start()
  }

  /// Does `work` on one of the threads, then `completion` on `loop`, which must be the calling one.
  public func run<Value: Sendable>(
    on loop: EventLoop, _ work: @escaping @Sendable () -> Value, completion: @escaping (Value) -> Void
  ) {
    loop.preconditionInEventLoop()
    let answer = NIOLoopBound(completion, eventLoop: loop)
    threads.runIfActive(eventLoop: loop, work).whenSuccess { answer.value($0) }
  }
}
