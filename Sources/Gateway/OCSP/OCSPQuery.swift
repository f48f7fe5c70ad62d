import Fetch
import NIOCore
import PKI
import TLSEngine
import Trust

/// Asks responders about one certificate over HTTP (RFC 6960 appendix A), one after the other until one gives an answer
/// that counts. Confined to its event loop.
final class OCSPQuery {
  struct Answer {
    let assessment: OCSPAssessment
    /// The response that says so; empty where there is none.
    let response: [UInt8]
  }

  typealias Completion = (Answer) -> Void

  /// From the start to the last responder's last byte.
  private static let limit = Duration.seconds(10)
  /// What one gets while there are others.
  private static let turn = Duration.seconds(4)
  private static let connectLimit = Duration.seconds(3)
  /// Responses have a few thousand bytes, even with their certificates.
  private static let mostBytes = 1 << 17

  private let responders: [FetchURL]
  private let question: [UInt8]
  private let reach: AddressReach
  private let tls: FetchTLS?
  private let assess: ([UInt8], UnixTime) -> OCSPAssessment
  private let loop: EventLoop
  private let completion: Completion
  private let end = NIODeadline.now() + TimeAmount(limit)

  private init(
    _ responders: [FetchURL], _ question: [UInt8], _ reach: AddressReach, _ tls: FetchTLS?, _ loop: EventLoop,
    _ assess: @escaping ([UInt8], UnixTime) -> OCSPAssessment, _ completion: @escaping Completion
  ) {
    self.responders = responders
    self.question = question
    self.reach = reach
    self.tls = tls
    self.loop = loop
    self.assess = assess
    self.completion = completion
  }

  /// Sends `question`, a DER `OCSPRequest`. Call on `loop`; `then` is called there, once, never before this returns.
  ///
  /// - Parameters:
  ///   - responders: one at least.
  ///   - reach: how far they may be asked.
  ///   - tls: whom https responders are verified by.
  ///   - judge: says which answers count.
  static func ask(
    _ responders: [FetchURL], _ question: [UInt8], reach: AddressReach, tls: FetchTLS?, on loop: EventLoop,
    judge: @escaping ([UInt8], UnixTime) -> OCSPAssessment, then: @escaping Completion
  ) {
    OCSPQuery(responders, question, reach, tls, loop, judge, then).ask(0)
  }

  private func ask(_ index: Int) {
    let isLast = index == responders.count - 1
    let left = end.since(.now())
    var request = FetchRequest(
      .post, responders[index], fields: [FetchRequest.Field("Content-Type", "application/ocsp-request")],
      body: question, tls: tls)
    request.reach = reach
    request.limits.connect = Self.connectLimit
    request.limits.total = isLast ? left : min(left, Self.turn)
    request.limits.body = Self.mostBytes
    Fetch.start(request, on: loop) { [self] result in
      let now = UnixTime(WallClock.now.seconds)
      let answer = answer(Self.response(in: result), at: now)
      if case .failed = answer.assessment.outcome, !isLast, NIODeadline.now() < end { return ask(index + 1) }
      completion(answer)
    }
  }

  private func answer(_ result: Result<[UInt8], OCSPFailure>, at now: UnixTime) -> Answer {
    switch result {
    case .success(let bytes): Answer(assessment: assess(bytes, now), response: bytes)
    case .failure(let failure): Answer(assessment: .failed(failure, at: now), response: [])
    }
  }

  /// The response in what came over HTTP, or why there is none.
  static func response(in result: Result<FetchResponse, FetchError>) -> Result<[UInt8], OCSPFailure> {
    switch result {
    case .success(let response):
      guard response.status == 200 else { return .failure(.httpStatus(response.status)) }
      let type = response.field("content-type")?.prefix { $0 != ";" && $0 != " " }.lowercased()
      return type == nil || type == "application/ocsp-response" ? .success(response.body) : .failure(.malformed)
    case .failure(.timedOut): return .failure(.timedOut)
    case .failure(.innerAddress(let host)): return .failure(.responderInside(host))
    case .failure(.malformed), .failure(.bodyTooLarge): return .failure(.malformed)
    case .failure(let error): return .failure(.unreachable("\(error)"))
    }
  }
}

extension FetchURL {
  /// Where an OCSP responder or a CRL may be asked for; `nil` for what is no URL of http or https.
  init?(network text: String) {
    self.init(text)
    if scheme == .unix { return nil }
  }
}
