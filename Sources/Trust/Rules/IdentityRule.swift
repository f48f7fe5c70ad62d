import PKI

/// The leaf is named as the caller expects: subjectAltName only, never the common name (RFC 9525 §6).
enum IdentityRule {
  static func check(_ path: CandidatePath, _ policy: VerificationPolicy, _ findings: inout [Refusal]) {
    guard let identity = policy.identity else { return }
    let names = path.leaf.facts.subjectAlternativeName ?? []
    guard !names.contains(where: { matches($0, identity) }) else { return }
    findings.append(
      Refusal(rule: rule(identity), depth: 0, certificate: path.leaf.certificate, detail: identity.description))
  }

  private static func rule(_ identity: ReferenceIdentity) -> Rule {
    switch identity {
    case .host: .hostMismatch
    case .address: .addressMismatch
    case .email: .emailMismatch
    }
  }

  private static func matches(_ name: GeneralName, _ identity: ReferenceIdentity) -> Bool {
    switch (name, identity) {
    case (.dns(let presented), .host(let wanted)): matchesHost(presented, wanted)
    case (.ip(let presented), .address(let wanted)): presented == wanted
    case (.email(let presented), .email(let wanted)): matchesMailbox(presented, wanted)
    default: false
    }
  }

  /// RFC 9525 §6.3: a wildcard is the whole left-most label and stands for exactly one label. It needs two labels
  /// behind it, as in all other software: nobody owns `*.com`.
  static func matchesHost(_ presented: String, _ wanted: String) -> Bool {
    let presented = labels(presented)
    let wanted = labels(wanted)
    guard presented.count == wanted.count, !wanted.contains(where: \.isEmpty) else { return false }
    guard presented.first == "*" else { return presented == wanted && !wanted.isEmpty }
    return presented.count > 2 && presented.dropFirst() == wanted.dropFirst()
      && !presented.dropFirst().contains { $0.contains("*") }
  }

  private static func labels(_ name: String) -> [String] {
    var labels = name.lowercased().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if labels.count > 1, labels.last == "" { labels.removeLast() }
    return labels
  }

  /// The local part is compared as it is, the host without case (RFC 5280 §7.5).
  private static func matchesMailbox(_ presented: String, _ wanted: String) -> Bool {
    guard let a = Mailbox(presented), let b = Mailbox(wanted) else { return false }
    return a == b
  }
}
