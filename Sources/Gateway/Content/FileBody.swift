import ConfigModel
import HTTPWire
import NIOCore

/// Sends a file, or parts of it, as fast as the transport takes it: never more than one chunk in memory, and no file open
/// that nobody takes.
final class FileBody: ResponseProducer {
  private enum Segment {
    case bytes([UInt8])
    case file(Range<Int>)
  }

  /// A slow client holds about so much.
  private static let chunkSize = 64 << 10

  private let file: BodyFile
  /// Holds this body as its producer in turn, until either lets go at the end.
  private var request: Request?
  private var segments: [Segment]
  /// Waits while `limit_rate` says so.
  private var timer: DeadlineTimer?

  init(_ file: BodyFile, for request: Request) {
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
    guard let request else { return }
    request.producer = self
    if segments.isEmpty || request.exchange.isWritable { return responseWritable() }
    // Nothing of the body can be sent yet: the file waits at its path.
    file.close()
    request.exchange.flush()
  }

  func responseWritable() {
    guard let request else { return }
    while !segments.isEmpty {
      guard request.exchange.isWritable else { return file.pause() }
      guard let segment = limited(segments.removeLast(), request) else { return }
      guard send(segment, to: request) else { return }
      if !segments.isEmpty { request.exchange.flush() }
    }
    self.request = nil
    file.close()
    request.finishBody()
  }

  func responseAborted() {
    segments = []
    request = nil
    file.close()
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
    wait(.milliseconds(max((-allowed).multipliedSaturated(by: 1000) / rate, 100)), request)
    return nil
  }

  private func wait(_ time: Duration, _ request: Request) {
    file.pause()
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
    do throws(BodyFile.Fault) {
      let room = max(request.exchange.room, 1)
      let part = try file.read(at: range.lowerBound, upTo: min(range.count, Self.chunkSize, room))
      let next = range.lowerBound + part.readableBytes
      if next < range.upperBound { segments.append(.file(next..<range.upperBound)) }
      request.sendBody(part)
      return true
    } catch {
      fail(error, request)
      return false
    }
  }

  /// The length has been announced: the client must see that the body is cut off.
  private func fail(_ fault: BodyFile.Fault, _ request: Request) {
    segments = []
    self.request = nil
    file.close()
    request.log(fault.level, file.text(of: fault))
    request.abortResponse()
  }
}

extension BodyFile.Fault {
  fileprivate var level: LogLevel {
    switch self {
    case .open, .read: .crit
    case .truncated, .changed: .alert
    }
  }
}
