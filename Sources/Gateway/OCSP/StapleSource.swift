import ContentService
import Fetch
import NIOCore
import PKI
import Trust

/// Who is asked for a response to staple.
enum StapleSource: Sendable {
  /// One at least.
  case responders([FetchURL])
  /// The CA in this process.
  case authority(any ContentService)

  /// - Parameter service: the CA in this process, where it is the responder.
  static func of(_ question: StatusQuestion, _ service: (any ContentService)?) -> Result<StapleSource, OCSPFailure> {
    if let service { return .success(.authority(service)) }
    return question.responders().map { .responders($0) }
  }

  /// Sends `question`, a DER `OCSPRequest`. Call on `loop`; `then` is called there, once, never before this returns.
  ///
  /// - Parameters:
  ///   - tls: whom https responders are verified by.
  ///   - judge: says which answers count.
  func ask(
    _ question: [UInt8], tls: FetchTLS?, on loop: EventLoop,
    judge: @escaping ([UInt8], UnixTime) -> OCSPAssessment, then: @escaping OCSPQuery.Completion
  ) {
    switch self {
    case .responders(let urls):
      // The operator's own certificate names them, not one that a client showed.
      OCSPQuery.ask(urls, question, reach: .anywhere, tls: tls, on: loop, judge: judge, then: then)
    case .authority(let service):
      let request = ServiceRequest(
        method: "POST", fields: ["content-type": "application/ocsp-request"], body: question)
      let tell = NIOLoopBound(then, eventLoop: loop)
      let assess = NIOLoopBound(judge, eventLoop: loop)
      service.answer(request) { response in
        loop.execute {
          let assessment = assess.value(response.body, UnixTime(WallClock.now.seconds))
          tell.value(OCSPQuery.Answer(assessment: assessment, response: response.body))
        }
      }
    }
  }
}

extension StapleSource: CustomStringConvertible {
  var description: String {
    switch self {
    case .responders(let urls): urls.map { "\($0)" }.joined(separator: ", ")
    case .authority: "authority"
    }
  }
}
