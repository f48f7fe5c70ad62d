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
  ///
  /// The wanted name may end in the root's dot; a certificate's may not (RFC 5280 §4.2.1.6).
  static func matchesHost(_ presented: String, _ wanted: String) -> Bool {
    guard NameSyntax.isDNSName(wanted), presented.utf8.last != UInt8(ascii: ".") else { return false }
    let presented = labels(presented)
    let wanted = labels(wanted)
    guard presented.count == wanted.count else { return false }
    guard presented.first?.elementsEqual("*".utf8) == true else { return presented == wanted }
    return presented.count > 2 && presented.dropFirst() == wanted.dropFirst()
      && !presented.dropFirst().contains { $0.contains(UInt8(ascii: "*")) }
  }

  private static func labels(_ name: String) -> [ArraySlice<UInt8>] {
    NameSyntax.lowered(name).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  }

  /// The local part is compared as it is, the host without case (RFC 5280 §7.5).
  private static func matchesMailbox(_ presented: String, _ wanted: String) -> Bool {
    guard let a = Mailbox(presented), let b = Mailbox(wanted) else { return false }
    return a == b
  }
}
