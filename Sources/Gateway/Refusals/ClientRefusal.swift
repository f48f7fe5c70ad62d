import Cryptography
import PKI
import Trust

/// One refusal of a client, as the error log tells it under an id that the client may pass on.
///
/// What comes from the certificate stands in quotes, behind what `countersign why` looks for.
struct ClientRefusal {
  /// Eight characters that are told apart easily when read aloud.
  let id = randomID()
  private let reason: RefusalReason
  private let verdict: Verdict?

  /// The chain does not verify. The first finding is the cause; `$ssl_client_verify` has the last.
  init(_ verdict: Verdict) {
    reason = RefusalReason(verdict.firstFinding?.rule ?? .malformedCertificate)
    self.verdict = verdict
  }

  /// The chain verifies, and a rule on identities keeps the client out.
  init(_ action: ClientAccessRule.Action, _ verdict: Verdict?) {
    reason = RefusalReason(action)
    self.verdict = verdict
  }

  /// There was no certificate to judge.
  init(_ rule: HandshakeRule) {
    reason = RefusalReason(rule)
    verdict = nil
  }

  /// The client came the wrong way.
  init(_ rule: RequestRule) {
    reason = RefusalReason(rule)
    verdict = nil
  }

  /// The line of the error log, before its context.
  func line(_ message: String) -> String {
    var text = "refusal \(id), rule \(reason.name)"
    if let leaf = verdict?.leaf {
      text += ", subject: \"\(LoggedValue(leaf.subject))\", serial: \(LoggedValue(leaf.serialNumber.hexString))"
      text += ", issuer: \"\(LoggedValue(leaf.issuer))\""
    }
    return "\(text), cure: \"\(reason.cure)\": \(message)"
  }

  /// Forty bits: enough that two refusals in one log do not share an id.
  private static func randomID() -> String {
    let bits = secureRandomBytes(5).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return String(decoding: (0..<8).map { alphabet[Int(bits >> (5 * $0) & 31)] }, as: UTF8.self)
  }

  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
