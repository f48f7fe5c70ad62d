import NIOCore

/// What speaks a protocol on a `HTTPConnectionHandler`: HTTP/1.1, HTTP/2, or the choice between them.
protocol ConnectionDriver: AnyObject {
  /// Nothing is under way: the connection may be closed without anybody losing anything but time.
  var isIdle: Bool { get }
  /// How long the client may take none of what is sent.
  var sendTimeout: TimeAmount { get }

  func received(_ bytes: ByteBuffer)
  func readCompleted()
  func becameWritable()
  /// The deadline given to `HTTPConnectionHandler.setTimer` has passed.
  func timerFired(at now: NIODeadline)
  /// The client has taken nothing for `sendTimeout`.
  func sendTimedOut()
  /// Finish what is under way, begin nothing more. An idle connection lives for `grace` yet.
  func drain(grace: TimeAmount)
  /// The client's certificate is good no longer: let it ask nothing more.
  func clientRefused()
  /// The transport is gone.
  func closed()
}

extension ConnectionDriver {
  func clientRefused() { drain(grace: .zero) }
}
