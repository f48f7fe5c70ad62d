import NIOCore

/// Requests that the program makes itself: CRLs, statuses, pushes.
public enum Fetch {
  /// Called once, on the event loop of the request.
  public typealias Completion = (Result<FetchResponse, FetchError>) -> Void

  /// Sends a request. Call on `loop`, where `then` is called, never before this returns.
  ///
  /// Any status is a response; what is none is a `FetchError`.
  @discardableResult
  public static func start(
    _ request: FetchRequest, on loop: EventLoop, then: @escaping Completion
  ) -> FetchTask {
    loop.preconditionInEventLoop()
    let task = FetchTask(request, loop, then)
    task.start()
    return task
  }
}
