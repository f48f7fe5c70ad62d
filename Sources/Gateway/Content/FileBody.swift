import NIOCore

/// Sends a file, or parts of it, as fast as the transport takes it: never more than one chunk in memory.
final class FileBody: ResponseProducer {
  private enum Segment {
    case bytes([UInt8])
    case file(Range<Int>)
  }

  private static let chunkSize = 128 << 10

  private let file: OpenFile
  /// Holds this body as its producer in turn, until either lets go at the end.
  private var request: Request?
  private var segments: [Segment]
  /// Waits while `limit_rate` says so.
  private var timer: DeadlineTimer?

  init(_ file: OpenFile, for request: Request) {
    self.file = file
    self.request = request
    segments = Self.segments(request.response.ranges, length: file.status.size)
  }

  /// In reverse: the next one is the last.
  private static func segments(_ ranges: RangeSelection?, length: Int) -> [Segment] {
    switch ranges {
    case nil: return length == 0 ? [] : [.file(0..<length)]
    case .single(let range): return [.file(range)]
    case .multiple(let parts, let closing):
      let all = parts.flatMap { [Segment.bytes($0.preamble), .file($0.range)] } + [.bytes(closing)]
      return all.reversed()
    }
  }

  func start() {
    request?.producer = self
    responseWritable()
  }

  func responseWritable() {
    guard let request else { return }
    while let segment = segments.popLast() {
      guard let segment = limited(segment, request) else { return }
      guard send(segment, to: request) else { return }
      if segments.isEmpty { break }
      request.exchange.flush()
      if !request.exchange.isWritable { return }
    }
    self.request = nil
    request.finishBody()
  }

  func responseAborted() {
    segments = []
    request = nil
    timer?.cancel()
  }

  /// The part of a segment that may go now; `nil`: none, and the timer is set.
  private func limited(_ segment: Segment, _ request: Request) -> Segment? {
    guard let rate = request.limitRate, case .file(let range) = segment else { return segment }
    let allowed = request.bytesAllowed(rate: rate)
    if allowed >= range.count { return segment }
    if allowed > 0 {
      segments.append(.file(range.lowerBound + allowed..<range.upperBound))
      return .file(range.lowerBound..<range.lowerBound + allowed)
    }
    segments.append(segment)
    wait(.milliseconds(max(-allowed * 1000 / rate, 100)), request)
    return nil
  }

  private func wait(_ time: Duration, _ request: Request) {
    let timer = timer ?? DeadlineTimer(eventLoop: request.exchange.eventLoop)
    self.timer = timer
    timer.onDeadline = { [weak self] in self?.responseWritable() }
    timer.set(time)
  }

  private func send(_ segment: Segment, to request: Request) -> Bool {
    switch segment {
    case .bytes(let bytes): request.sendBody(ByteBuffer(bytes: bytes))
    case .file(let range): return send(range, to: request)
    }
    return true
  }

  private func send(_ range: Range<Int>, to request: Request) -> Bool {
    let wanted = min(range.count, Self.chunkSize)
    var buffer = ByteBufferAllocator().buffer(capacity: wanted)
    var result = Result<Int, SystemError>.success(0)
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { space in
      result = file.read(into: UnsafeMutableRawBufferPointer(rebasing: space[..<wanted]), at: range.lowerBound)
      return (try? result.get()) ?? 0
    }
    guard case .success(let count) = result, count > 0 else {
      fail(result, request)
      return false
    }
    request.sendBody(buffer)
    if count < range.count { segments.append(.file(range.lowerBound + count..<range.upperBound)) }
    return true
  }

  /// The length has been announced: the client must see that the body is cut off.
  private func fail(_ result: Result<Int, SystemError>, _ request: Request) {
    segments = []
    self.request = nil
    if case .failure(let error) = result {
      request.log(.crit, "pread() failed (\(error))")
    } else {
      request.log(.alert, "file was truncated while it was sent")
    }
    request.abortResponse()
  }
}
