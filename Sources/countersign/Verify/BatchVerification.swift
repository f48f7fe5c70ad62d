import FoundationEssentials
import Glibc
import PKI
import Trust

/// Many cases, one JSON object a line in and out. A line that cannot be understood is answered with `error`; the batch
/// goes on.
enum BatchVerification {
  /// - Parameter path: a file, or `-`.
  static func run(_ path: String) throws(UsageError) {
    guard let file = fopen(path == "-" ? "/dev/stdin" : path, "re") else {
      throw UsageError("\(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var buffer: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(buffer) }
    while true {
      let count = getline(&buffer, &capacity, file)
      guard count > 0, let buffer else { return }
      let line = Array(UnsafeRawBufferPointer(start: buffer, count: count))
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      StandardOutput.write(answer(line) + [UInt8(ascii: "\n")])
    }
  }

  private static func answer(_ line: [UInt8]) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json = String(decoding: (try? encoder.encode(result(line))) ?? Data(), as: UTF8.self)
    return Array(VisibleText.escapedJSON(json).utf8)
  }

  private static func result(_ line: [UInt8]) -> BatchResult {
    let entry: BatchEntry
    do {
      entry = try JSONDecoder().decode(BatchEntry.self, from: Data(line))
    } catch {
      let id = try? JSONDecoder().decode(BatchIdentifier.self, from: Data(line)).id
      return BatchResult(id: id, verdict: "error", rule: nil, detail: "not a case: \(error)")
    }
    do throws(UsageError) {
      let report = VerificationReport(try entry.judged())
      return BatchResult(
        id: entry.id, verdict: report.verdict.rawValue, rule: report.rule, detail: report.detail)
    } catch { return BatchResult(id: entry.id, verdict: "error", rule: nil, detail: error.message) }
  }
}

private struct BatchIdentifier: Decodable { let id: CaseID }

/// What the answer is filed under: a text, or a number, which comes back as one.
private struct CaseID: Codable {
  private let text: String
  private let number: Int?

  init(from decoder: Decoder) throws {
    let value = try decoder.singleValueContainer()
    number = try? value.decode(Int.self)
    text = number == nil ? try value.decode(String.self) : ""
  }

  func encode(to encoder: Encoder) throws {
    var value = encoder.singleValueContainer()
    if let number { try value.encode(number) } else { try value.encode(text) }
  }
}

private struct BatchResult: Encodable {
  let id: CaseID?
  let verdict: String
  let rule, detail: String?
}

/// One line of a batch.
private struct BatchEntry: Decodable {
  let id: CaseID
  let cert: String
  let trust, untrusted, crl, policy: [String]?
  let purpose, profile, at, host, ip, email, revocation: String?
  let depth: Int?
  let require_explicit_policy, inhibit_any_policy, inhibit_policy_mapping: Bool?

  /// - Throws: a value that is not understood. A damaged certificate is a refusal.
  func judged() throws(UsageError) -> VerificationCase.Judged {
    var damage: VerificationCase.Judged?
    func certificates(_ texts: [String], _ what: String) -> [[UInt8]] {
      var found: [[UInt8]] = []
      for text in texts {
        let blocks = (try? PEM.decode(Array(text.utf8)))?.compactMap(\.certificateDER) ?? []
        if blocks.isEmpty, damage == nil {
          damage = .damaged(rule: Rule.malformedCertificate.rawValue, detail: "\(what): no certificate in PEM")
        }
        found += blocks
      }
      return found
    }
    let chain = certificates([cert], "cert")
    var judged = VerificationCase(certificate: chain.first ?? [])
    judged.untrusted = Array(chain.dropFirst()) + certificates(untrusted ?? [], "untrusted")
    judged.trust = certificates(trust ?? [], "trust")
    for text in crl ?? [] {
      let blocks = (try? PEM.decode(Array(text.utf8)))?.filter { $0.label == "X509 CRL" }.map(\.bytes) ?? []
      if blocks.isEmpty, damage == nil { damage = .damaged(rule: "malformedCRL", detail: "crl: no CRL in PEM") }
      judged.crls += blocks
    }
    try apply(to: &judged)
    return damage ?? judged.judge()
  }

  private func apply(to judged: inout VerificationCase) throws(UsageError) {
    try judged.set(purpose: purpose ?? "any", at: at, host: host, address: ip, email: email)
    try judged.set(profile: profile ?? VerifierProfile.compatible.rawValue)
    try judged.set(policies: policy ?? [])
    try judged.set(depth: depth ?? VerificationCase.defaultDepth)
    judged.policy.policies.requiresExplicitPolicy = require_explicit_policy ?? false
    judged.policy.policies.inhibitsAnyPolicy = inhibit_any_policy ?? false
    judged.policy.policies.inhibitsPolicyMapping = inhibit_policy_mapping ?? false
    switch revocation ?? (judged.crls.isEmpty ? "off" : "required") {
    case "required": judged.policy.revocation = .chain
    case "if-present": judged.policy.revocation = .ifPresent
    case "off": judged.policy.revocation = .off
    default: throw UsageError("revocation \"\(revocation ?? "")\" is not known; known: required, if-present, off")
    }
  }
}
