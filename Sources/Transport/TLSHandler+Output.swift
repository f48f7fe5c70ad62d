import NIOCore
import TLSEngine

/// Writing and closing.
extension TLSHandler {
  /// How much is gathered for one flush, in bytes.
  private static let mostUnsent = 64 << 10

  public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard stage == .running else {
      if stage == .plaintext { return context.write(data, promise: promise) }
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    connection.write(unwrapOutboundIn(data))
    if let promise { writePromises.append(promise) }
    // What is sealed counts with the channel, or it would stay writable until the flush.
    if connection.isOpen, connection.unsentBytes >= Self.mostUnsent { handOver(context) }
  }

  /// Hands what is sealed to the channel, to go with the next flush.
  private func handOver(_ context: ChannelHandlerContext) {
    guard let output = connection.takeOutput() else { return }
    awaitsFlush = true
    context.write(wrapOutboundOut(output), promise: takeWritePromise(context))
  }

  public func flush(context: ChannelHandlerContext) {
    guard stage == .running else { return context.flush() }
    if connection.isOpen { emit(context) }
  }

  public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    switch (mode, stage) {
    case (.input, _), (_, .closed), (_, .plaintext): context.close(mode: mode, promise: promise)
    case (.output, .running):
      connection.closeNotify()
      emit(context)
      context.close(mode: .output, promise: promise)
    case (.output, _): promise?.succeed(())
    case (.all, .running):
      connection.closeNotify()
      closeAfterOutput(context, promise)
    case (.all, _): context.channel.closeFuture.cascade(to: promise)
    }
  }

  /// Sends what the engine has sealed.
  func emit(_ context: ChannelHandlerContext) {
    guard let output = connection.takeOutput() else {
      if !connection.isHandshaking { settleWrites(context) }
      if awaitsFlush { context.flush() }
      awaitsFlush = false
      return
    }
    awaitsFlush = false
    context.writeAndFlush(wrapOutboundOut(output), promise: takeWritePromise(context))
  }

  /// Promises of writes that turned into no bytes of their own.
  private func settleWrites(_ context: ChannelHandlerContext) {
    guard !writePromises.isEmpty else { return }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: takeWritePromise(context))
  }

  /// One promise for all writes since the last; `nil` if nobody asked.
  private func takeWritePromise(_ context: ChannelHandlerContext) -> EventLoopPromise<Void>? {
    guard !writePromises.isEmpty, !connection.isHandshaking else { return nil }
    let promises = writePromises
    writePromises = []
    if promises.count == 1 { return promises[0] }
    let joint = context.eventLoop.makePromise(of: Void.self)
    joint.futureResult.whenComplete { result in
      for promise in promises { promise.completeWith(result) }
    }
    return joint
  }

  /// Closes the channel when the last byte is out, or when the peer takes too long to receive it.
  private func closeAfterOutput(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    stage = .closing
    if let promise { context.channel.closeFuture.cascade(to: promise) }
    context.writeAndFlush(wrapOutboundOut(connection.takeOutput() ?? ByteBuffer()))
      .assumeIsolated().whenComplete { [self] _ in finishClosing() }
    // Mostly everything is out by now.
    if stage == .closing { awaitOutput(context, left: unsentBytes(context)) }
  }

  /// Gives the peer its time anew as long as it takes anything.
  private func awaitOutput(_ context: ChannelHandlerContext, left: Int) {
    startTimer(TimeAmount(options.closeTimeout)) { handler in
      guard let context = handler.context, handler.stage == .closing else { return }
      let unsent = handler.unsentBytes(context)
      if unsent < left { handler.awaitOutput(context, left: unsent) } else { handler.finishClosing() }
    }
  }

  private func unsentBytes(_ context: ChannelHandlerContext) -> Int {
    (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
  }

  /// Sends the alert, ends our side, and leaves the peer a moment to read it: data of its own that arrives at a closed
  /// socket would be answered by a reset, which destroys what it has not read.
  func sendLastWords(_ context: ChannelHandlerContext) {
    guard stage == .lingering else { return }
    guard context.channel.isActive, let output = connection.takeOutput() else { return finishClosing() }
    startTimer(TimeAmount(options.lingerTimeout)) { $0.finishClosing() }
    context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    context.close(mode: .output, promise: nil)
    context.read()
  }

  func finishClosing() {
    guard let context, stage != .closed else { return }
    stage = .closed
    context.close(mode: .all, promise: nil)
  }
}
