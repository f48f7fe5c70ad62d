import NIOCore

extension HTTPConnectionHandler {
  /// Sends what is left, then closes.
  func close() {
    guard stage == .open, let context else { return }
    isDraining = false
    flushNow()
    stage = .closing
    deadline = nil
    guard bufferedBytes > 0 else { return closeNow() }
    watchSending()
    context.close(mode: .output, promise: nil)
  }

  func closeNow() {
    guard stage != .closed else { return }
    context?.close(mode: .all, promise: nil)
  }

  /// Sends what is left, ends our side, and drops what the client still sends for at most `limit`, or until it pauses for
  /// `pause` (nginx's lingering close).
  func linger(limit: TimeAmount, pause: TimeAmount) {
    guard stage == .open, let context else { return }
    isDraining = false
    flushNow()
    stage = .lingering
    lingerPause = pause
    lingerLimit = limit
    deadline = nil
    holdsReads = false
    if bufferedBytes > 0 { watchSending() } else { outputEnded() }
    context.close(mode: .output, promise: nil)
  }

  /// The last byte is out: the time of lingering begins.
  func outputEnded() {
    sendDeadline = nil
    guard stage == .lingering, lingerEnd == .distantFuture else { return }
    let now = self.now
    lingerEnd = now + lingerLimit
    setTimer(min(lingerEnd, now + lingerPause))
  }

  func continueLingering() {
    guard lingerEnd != .distantFuture else { return }
    let now = self.now
    guard now < lingerEnd else { return closeNow() }
    setTimer(min(lingerEnd, now + lingerPause))
  }

  // MARK: - Clock

  /// Calls the driver's `timerFired` at `deadline`; replaces the deadline before.
  ///
  /// A task that is due earlier is left alone: it looks at the deadline when it runs, so that moving a deadline on, as
  /// every request does, costs nothing.
  func setTimer(_ deadline: NIODeadline) {
    self.deadline = deadline
    schedule(deadline)
  }

  func clearTimer() { deadline = nil }

  /// The channel takes no more: from now on the client must take something from time to time.
  func watchSending() {
    guard sendDeadline == nil, stage != .closed, let driver else { return }
    unsentBytes = bufferedBytes
    let deadline = self.now + driver.sendTimeout
    sendDeadline = deadline
    schedule(deadline)
  }

  /// Bytes that the transport has not taken yet.
  var bufferedBytes: Int {
    guard let options = context?.channel.syncOptions else { return 0 }
    return (try? options.getOption(.bufferedWritableBytes)) ?? 0
  }

  private func schedule(_ deadline: NIODeadline) {
    if let timer {
      if timer.at <= deadline { return }
      timer.task.cancel()
    }
    guard let context, stage != .closed else { return }
    let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in timerRan() }
    timer = (task, deadline)
  }

  private func timerRan() {
    timer = nil
    beginTurn()
    let now = self.now
    if let sendDeadline, now >= sendDeadline {
      self.sendDeadline = nil
      checkSending()
    }
    if let deadline, now >= deadline {
      self.deadline = nil
      expired(now)
    }
    if stage != .closed {
      if let deadline { schedule(deadline) }
      if let sendDeadline { schedule(sendDeadline) }
    }
    flushNow()
  }

  private func expired(_ now: NIODeadline) {
    switch stage {
    case .open: driver?.timerFired(at: now)
    case .lingering, .closing: closeNow()
    case .closed: break
    }
  }

  private func checkSending() {
    let left = bufferedBytes
    guard left > 0 else { return }
    if left < unsentBytes { return watchSending() }
    if stage == .open { driver?.sendTimedOut() }
    closeNow()
  }
}
