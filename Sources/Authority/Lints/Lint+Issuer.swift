import PKI

extension Lint {
  /// Only a CA's certificate verifies others.
  static let issuerIsAuthority = Lint(name: "issuer-is-ca", clause: "RFC 5280 §4.2.1.9") { context, report in
    guard let issuer = context.issuer else { return }
    // Old CAs (version 1) sign on as they did; verifiers that accept them do so by their own settings.
    if (try? issuer.basicConstraints())?.isCA != true {
      report(.warning, "the signing certificate is not marked as a CA's; most verifiers refuse what it signs")
    }
    if let usage = try? issuer.keyUsage(), !usage.contains(.keyCertSign) {
      report(.error, "the signing certificate's key usage has no keyCertSign")
    }
  }

  /// Every CA above says how many CAs may follow it.
  static let issuerPathLength = Lint(name: "issuer-path-length", clause: "RFC 5280 §4.2.1.9") { context, report in
    guard context.draft.isAuthority else { return }
    for (depth, authority) in context.chain.enumerated() {
      guard let limit = (try? authority.basicConstraints())?.pathLength, depth >= limit else { continue }
      report(.error, "\(authority.subject.rfc2253) allows \(limit) CAs below it; this would be number \(depth + 1)")
    }
  }

  /// A certificate that outlives its issuer ends with it, earlier than it says.
  static let issuerValidity = Lint(name: "issuer-validity", clause: "RFC 5280 §6.1.3 (a)(2)") { context, report in
    for authority in context.chain {
      let name = authority.subject.rfc2253
      if authority.notAfter < context.now {
        report(.error, "\(name) expired on \(authority.notAfter.rfc3339) and signs no certificates")
      }
      if context.now < authority.notBefore {
        report(.error, "\(name) is not valid before \(authority.notBefore.rfc3339)")
      }
      if authority.notAfter < context.draft.notAfter {
        report(.error, "it would outlive \(name), which ends on \(authority.notAfter.rfc3339); give fewer --days")
      }
    }
  }

  static let validity = Lint(name: "validity", clause: "RFC 5280 §4.1.2.5") { context, report in
    if context.draft.notAfter <= context.draft.notBefore { report(.error, "it would never be valid") }
    if context.draft.notAfter.seconds > 253_402_300_799 { report(.error, "it would be valid beyond the year 9999") }
  }
}
