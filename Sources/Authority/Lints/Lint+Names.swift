import PKI

extension Lint {
  static let alternativeNamePresence = Lint(name: "subject-alternative-name", clause: "RFC 9525 §2") {
    context, report in
    guard let profile = context.draft.profile, context.draft.names.isEmpty else { return }
    if profile.requiresAlternativeName {
      report(.error, "the profile \(profile.name) demands an alternative name; give --san")
    }
  }

  static let dnsSyntax = Lint(name: "dns-name", clause: "RFC 5280 §4.2.1.6, RFC 9525 §6.3") { context, report in
    for case .dns(let name) in context.draft.names {
      if let fault = DNSNameSyntax.fault(in: name) { report(.error, "dns:\(name): \(fault)") }
    }
  }

  static let emailSyntax = Lint(name: "email-name", clause: "RFC 5280 §4.2.1.6") { context, report in
    for case .email(let address) in context.draft.names {
      let parts = address.split(separator: "@", omittingEmptySubsequences: false)
      let isPlain = address.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3C && $0 != 0x3E }
      guard parts.count == 2, !parts[0].isEmpty, isPlain, DNSNameSyntax.fault(in: String(parts[1])) == nil else {
        report(.error, "email:\(address) is not local@host in ASCII")
        continue
      }
    }
  }

  static let uriSyntax = Lint(name: "uri-name", clause: "RFC 5280 §4.2.1.6") { context, report in
    for case .uri(let text) in context.draft.names {
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let isScheme =
        parts[0].first?.isLetter == true
        && parts[0].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
      let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
      if !isScheme || parts.count != 2 || parts[1].isEmpty || !isPlain {
        report(.error, "uri:\(text) is not an absolute URI in ASCII")
      }
    }
  }
}

/// Host names as certificates have them: letters, digits, hyphens, one wildcard for the whole leftmost label.
enum DNSNameSyntax {
  static func fault(in name: String) -> String? {
    if name.utf8.count > 253 { return "is longer than 253 octets" }
    var labels = name.split(separator: ".", omittingEmptySubsequences: false)
    if labels.first == "*" {
      labels.removeFirst()
      if labels.count < 2 { return "a wildcard needs at least two labels after it" }
    }
    for label in labels {
      if label.isEmpty { return "has an empty label" }
      if label.utf8.count > 63 { return "has a label longer than 63 octets" }
      if label.hasPrefix("-") || label.hasSuffix("-") { return "has a label with a hyphen at its end" }
      // The underscore is no host name's, and yet in use for services within a house.
      guard label.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }) else {
        return label.contains("*")
          ? "a wildcard stands for the whole leftmost label only" : "has characters no host name has"
      }
    }
    return labels.isEmpty ? "is empty" : nil
  }
}
