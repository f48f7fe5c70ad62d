import ContentService
import HTTPWire
import NIOCore

/// One request on its way to a service and back: its body is read whole, the service is asked, its answer is sent as the
/// transport takes it. Confined to the request's event loop.
final class ServiceExchange: RequestBodyConsumer, ResponseProducer {
  private static let chunkSize = 128 << 10

  private let service: any ContentService
  private let prefix: [UInt8]
  private let admission: Admission
  private let body = RequestBodyBuffer(memoryLimit: .max, directory: "")
  /// Holds this exchange as its producer in turn, until either lets go at the end.
  private var request: Request?
  private var rest: ArraySlice<UInt8> = []
  private var isSending = false

  init(_ service: any ContentService, for request: Request, _ admission: Admission, prefix: [UInt8]) {
    self.service = service
    self.request = request
    self.prefix = prefix
    self.admission = admission
  }

  func start() {
    guard let request else { return }
    request.producer = self
    // The body is gone where an error page brought the request here.
    if request.phases.bodyDiscarded || request.proxiedBody != nil { return ask() }
    if let length = request.declaredBodyLength, length > service.maximumBodySize { return refuseBody() }
    request.readBody(into: self)
  }

  // MARK: - The request's body

  func received(body bytes: ByteBuffer) {
    guard request != nil else { return }
    // In memory alone, so that no file can fail.
    try? body.append(bytes)
    if body.count > service.maximumBodySize { refuseBody() }
  }

  func receivedBodyEnd(trailers: HTTPFields?) {
    request?.bodyConsumer = nil
    request?.proxiedBody = body
    request?.bufferedBody = body.inMemory
    ask()
  }

  func requestFailed(_ reason: RequestFailure) { responseAborted() }

  private func refuseBody() {
    guard let request else { return }
    request.log(
      .error, "client intended to send too large body for this service: \(service.maximumBodySize) bytes at most")
    release()
    request.bodyConsumer = nil
    request.dropBody()
    request.finalize(status: 413)
  }

  // MARK: - The answer

  private func ask() {
    guard let request else { return }
    var question = request.serviceRequest(after: prefix)
    question.body = body.inMemory.map { Array($0.readableBytesView) } ?? []
    let loop = request.exchange.eventLoop
    let bound = NIOLoopBound(self, eventLoop: loop)
    service.answer(question) { response in
      if loop.inEventLoop { return bound.value.send(response) }
      loop.execute { bound.value.send(response) }
    }
  }

  private func send(_ answer: ServiceResponse) {
    guard let request, !isSending else { return }
    isSending = true
    if let problem = answer.problem { request.log(.error, problem) }
    for (name, value) in answer.fields { request.response.fields.append(name: name, value: value) }
    if answer.status >= 400, answer.body.isEmpty {
      release()
      return request.finalize(status: answer.status)
    }
    request.response.take(answer)
    guard request.sendHead(admission) else { return release() }
    if !request.isHeaderOnly { rest = answer.body[...] }
    responseWritable()
  }

  func responseWritable() {
    guard let request, isSending else { return }
    while !rest.isEmpty {
      request.sendBody(ByteBuffer(bytes: rest.prefix(Self.chunkSize)))
      rest = rest.dropFirst(Self.chunkSize)
      if rest.isEmpty { break }
      request.exchange.flush()
      if !request.exchange.isWritable { return }
    }
    release()
    request.finishBody()
  }

  func responseAborted() {
    rest = []
    request = nil
  }

  /// The request goes on without this exchange.
  private func release() {
    request?.producer = nil
    request = nil
  }
}

extension ResponseState {
  fileprivate mutating func take(_ answer: ServiceResponse) {
    status = answer.status
    contentType = answer.contentType.map { Array($0.utf8) }
    contentLength = answer.body.count
    etag = answer.etag.map { Array($0.utf8) }
    lastModified = answer.lastModified
    if let expires = answer.expires { fields.append(name: "Expires", value: HTTPDate.text(expires)) }
  }
}
