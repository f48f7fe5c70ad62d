import Authority
import Fetch
import FoundationEssentials
import Glibc
import PKI

/// A CRL to be brought to gateways.
struct PushedList {
  /// The CA, as the directory names it.
  var authority: String
  /// In hexadecimal.
  var number: String
  var der: [UInt8]

  init(_ written: WrittenCRL) {
    (authority, number, der) = (written.authority, written.number, written.der)
  }

  /// `nil` where the CA has written none.
  init?(_ record: AuthorityRecord) {
    guard let der = record.crl else { return nil }
    (authority, number, self.der) = (record.name, record.crlNumber, der)
  }
}

/// What became of one list at one target.
struct PushOutcome: Encodable {
  var target: String
  var authority: String
  var number: String
  /// HTTP's; null where there was no answer.
  var status: Int?
  /// `false`: the gateway had this very list already.
  var changed: Bool?
  var closedConnections: Int?
  /// Null where the list is in effect.
  var error: String?

  var line: String {
    let what = "CRL of \(authority), number \(number) → \(target): "
    if let error { return what + "failed: \(error)" }
    guard changed == true else { return what + "held already" }
    return what + "in effect, \(closedConnections ?? 0) connections closed"
  }
}

/// Brings lists to targets, all at once, and again where the network or the gateway was not ready.
struct CRLPusher {
  /// Whom gateways are trusted by that have no CAs of their own in their target.
  let trust: [Certificate]
  /// Pauses between attempts, in seconds.
  var pauses: [UInt32] = [1, 3]

  func push(_ lists: [PushedList], to targets: [PushTarget]) -> [PushOutcome] {
    for target in targets where target.isUnprotected {
      StandardError.warn(
        "\(target.url) is plain http: whoever is on the way can hold a revocation back and answer in the gateway's name;"
          + " use https")
    }
    var attempts = targets.flatMap { target in lists.map { Attempt(target: target, list: $0) } }
    for pause in pauses.map(Optional.some) + [nil] {
      run(&attempts)
      guard let pause, attempts.contains(where: \.mayBeRepeated) else { break }
      sleep(pause)
    }
    return attempts.map(\.outcome)
  }

  private func run(_ attempts: inout [Attempt]) {
    var requests: [FetchRequest] = []
    var positions: [Int] = []
    for index in attempts.indices where attempts[index].mayBeRepeated {
      do {
        requests.append(try attempts[index].target.request(attempts[index].list.der, trusting: trust))
        positions.append(index)
      } catch {
        attempts[index].fail((error as? any CommandFailure)?.message ?? "\(error)")
      }
    }
    for (position, result) in zip(positions, Fetch.run(requests)) { attempts[position].take(result) }
  }
}

/// One list for one target.
private struct Attempt {
  let target: PushTarget
  let list: PushedList
  var mayBeRepeated = true
  var outcome: PushOutcome

  init(target: PushTarget, list: PushedList) {
    self.target = target
    self.list = list
    outcome = PushOutcome(target: target.url, authority: list.authority, number: list.number)
  }

  private struct Answer: Decodable {
    var changed: Bool?
    var closedConnections: Int?
    var detail: String?
  }

  mutating func fail(_ reason: String) {
    mayBeRepeated = false
    outcome.error = reason
  }

  mutating func take(_ result: Result<FetchResponse, FetchError>) {
    switch result {
    case .failure(let error):
      outcome.status = nil
      outcome.error = "\(error)"
      mayBeRepeated = error.fault == .network || error == .closedEarly
    case .success(let response):
      let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body))
      outcome.status = response.status
      outcome.changed = answer?.changed
      outcome.closedConnections = answer?.closedConnections
      mayBeRepeated = response.status >= 500
      // A page of something that is no such gateway is no success.
      let isTaken = response.status == 200 && answer?.changed != nil
      outcome.error = isTaken ? nil : Self.reason(response.status, answer?.detail)
    }
  }

  private static func reason(_ status: Int, _ detail: String?) -> String {
    let known =
      switch status {
      case 400 where detail == nil: ": the gateway wants another client certificate, or one (--cert)"
      case 403: ": this client may not push (ssl_client_allow)"
      case 404, 405: ": there is no ssl_crl_push"
      case 413: ": the list is larger than client_max_body_size"
      case 200: ": the answer is not that of ssl_crl_push"
      default: ""
      }
    return "HTTP \(status)"
      + (detail.map { ": " + VisibleText.escaped(VisibleText.shortened($0, limit: 1024)) } ?? known)
  }
}
