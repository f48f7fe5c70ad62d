import PKI
import Trust

/// A verdict for a reader or a program.
struct VerificationReport: Encodable {
  enum Verdict: String, Encodable {
    case valid, refused
  }

  let verdict: Verdict
  /// What is wrong first; nil when nothing is.
  let rule: String?
  let detail: String?
  /// What `$ssl_client_verify` would be.
  let ssl_client_verify: String?
  /// The path that holds, leaf first; empty when none does.
  let path: [Step]
  let findings: [Finding]

  struct Step: Encodable {
    let depth: Int
    let subject, serial, notAfter: String

    init(_ depth: Int, _ certificate: Certificate) {
      self.depth = depth
      subject = certificate.subject.rfc2253
      serial = certificate.serialNumber.hexString
      notAfter = certificate.notAfter.rfc3339
    }
  }

  struct Finding: Encodable {
    let rule, openssl, detail: String
    let depth: Int
    let subject, serial: String?

    init(_ refusal: Refusal) {
      rule = refusal.rule.rawValue
      openssl = refusal.opensslText
      detail = refusal.detail
      depth = refusal.depth
      subject = refusal.subject?.rfc2253
      serial = refusal.serial?.hexString
    }
  }

  init(_ judged: VerificationCase.Judged) {
    switch judged {
    case .damaged(let rule, let detail):
      verdict = .refused
      (self.rule, self.detail) = (rule, detail)
      (path, findings, ssl_client_verify) = ([], [], nil)
    case .verdict(let found):
      verdict = found.isVerified ? .valid : .refused
      rule = found.firstFinding?.rule.rawValue
      detail = found.firstFinding.map { $0.detail.isEmpty ? $0.opensslText : $0.detail }
      ssl_client_verify = found.verifyText
      path = (found.chain?.certificates ?? []).enumerated().map { Step($0.offset, $0.element) }
      findings = found.findings.map(Finding.init)
    }
  }

  var text: String {
    guard verdict == .refused else {
      let steps = path.map { "  \($0.depth)  \($0.subject)  serial \($0.serial), until \($0.notAfter)" }
      return VisibleText.escapedLines((["valid"] + steps).joined(separator: "\n"))
    }
    guard !findings.isEmpty else { return "refused: \(rule ?? "")\n  \(VisibleText.escaped(detail ?? ""))" }
    let lines = findings.map { finding in
      let about = finding.subject.map { ": \($0), serial \(finding.serial ?? "")" } ?? ""
      let facts = finding.detail.isEmpty ? "" : "\n     \(VisibleText.escaped(finding.detail))"
      return "  \(finding.depth)  \(finding.openssl) [\(finding.rule)]\(about)\(facts)"
    }
    return VisibleText.escapedLines(
      (["refused"] + lines + ["$ssl_client_verify would be \(ssl_client_verify ?? "")"]).joined(separator: "\n"))
  }
}
