import ConfigModel
import Dispatch
import PKI
import Synchronization
import Trust

/// Takes CRLs that were brought, one after the other on a thread of its own: reading, writing and loading lists of millions
/// is nothing for an event loop.
final class CRLIntake: Sendable {
  typealias Outcome = Result<CRLPushReceipt, CRLPushRefusal>

  /// How many may wait: each holds a whole list.
  private static let capacity = 8

  private let queue = DispatchQueue(label: "countersign.crl-intake")
  private let waiting = Atomic<Int>(0)

  /// - Parameters:
  ///   - body: as it came: PEM or DER.
  ///   - settings: of the server to which it came.
  ///   - trusted: CAs of that server beside those that its settings name.
  ///   - then: called once, on any thread.
  func take(
    _ body: [UInt8], for settings: TLSSettings, trusted: [Certificate], in shared: GatewayShared,
    then: @escaping @Sendable (Outcome) -> Void
  ) {
    guard waiting.add(1, ordering: .relaxed).newValue <= Self.capacity else {
      waiting.subtract(1, ordering: .relaxed)
      return then(.failure(.busy))
    }
    queue.async { [self] in
      let outcome: Outcome
      do throws(CRLPushRefusal) {
        outcome = .success(try Self.take(body, settings, trusted, shared))
      } catch {
        outcome = .failure(error)
      }
      FreedMemory.giveBack()
      waiting.subtract(1, ordering: .relaxed)
      then(outcome)
    }
  }

  private static func take(
    _ body: [UInt8], _ settings: TLSSettings, _ trusted: [Certificate], _ shared: GatewayShared
  ) throws(CRLPushRefusal) -> CRLPushReceipt {
    let offer = try CRLPushCheck.offer(in: body)
    try CRLPushCheck.check(offer, settings, trusted, at: UnixTime(WallClock.now.seconds))
    let place = try CRLPlace(of: offer, in: settings.crl.filter { !$0.isAuthority }.map(\.path))
    var receipt = CRLPushReceipt(offer.summary)
    guard try place.isNews(offer) else { return receipt }
    // The watcher of files may be quicker with what follows: it counts as well.
    let before = shared.counters.totals()[.disconnects]
    try place.write(offer)
    receipt.isChanged = true
    let problems = shared.trust.look(urgent: [place.source])
    shared.generations.trustChangedAndSeen()
    if let problem = problems.first { throw .notTaken(problem) }
    receipt.closedConnections = shared.counters.totals()[.disconnects] - before
    return receipt
  }
}

/// What became of a list that was taken.
struct CRLPushReceipt: Sendable {
  let list: CRLSummary
  /// `false`: this very list was held already.
  var isChanged = false
  var closedConnections = 0

  init(_ list: CRLSummary) { self.list = list }

  /// cRLNumber in hexadecimal, as `countersign ca crl` prints it; nil where there is none.
  var number: String? { list.number.map(CRLNumberText.text) }
}

enum CRLNumberText {
  static func text(_ magnitude: [UInt8]) -> String {
    let octets = magnitude.isEmpty ? [0] : magnitude
    return octets.flatMap { [hexDigit($0 >> 4, upperCase: true), hexDigit($0 & 0xF, upperCase: true)] }.asText
  }
}
