import PKI

extension Lint {
  static let subjectPresence = Lint(name: "subject", clause: "RFC 5280 §4.1.2.6") { context, report in
    let subject = context.draft.subject
    if subject.isEmpty, context.draft.isAuthority { report(.error, "a CA must have a subject") }
    if subject.isEmpty, context.draft.names.isEmpty {
      report(.error, "it would name nobody: no subject, no alternative name")
    }
    if context.chain.contains(where: { $0.subject.matches(subject) }) {
      report(.error, "the subject \(subject.rfc2253) is that of a CA above it")
    }
  }

  /// CAs get theirs without being asked.
  static let subjectEmail = Lint(name: "subject-email", clause: "RFC 5280 §4.1.2.6") { context, report in
    guard !context.draft.isAuthority else { return }
    for address in context.draft.subject.emailAddresses where !context.draft.names.contains(.email(address)) {
      report(.warning, "the subject's emailAddress \(address) is not among the alternative names")
    }
  }

  /// The upper bounds of RFC 5280 appendix A.1.
  static let subjectAttributes = Lint(name: "subject-attributes", clause: "RFC 5280 appendix A.1") { context, report in
    let bounds: [OID: Int] = [
      .commonName: 64, .organizationName: 64, .organizationalUnitName: 64, .localityName: 128,
      .stateOrProvinceName: 128, .serialNumber: 64, .emailAddress: 255,
    ]
    for attribute in context.draft.subject.rdns.joined() {
      let name = NameAttribute.named(attribute.type)?.shortName ?? "\(attribute.type)"
      guard let text = attribute.text else {
        report(.error, "\(name) is not readable text")
        continue
      }
      if text.isEmpty { report(.error, "\(name) is empty") }
      if let fault = VisibleText.fault(in: text) { report(.error, "\(name) \"\(VisibleText.escaped(text))\" \(fault)") }
      if let bound = bounds[attribute.type], text.unicodeScalars.count > bound {
        report(.error, "\(name) has \(text.unicodeScalars.count) characters; \(bound) are allowed")
      }
      if attribute.type == .countryName, text.count != 2 {
        report(.error, "C \"\(text)\" is not a country's two letters")
      }
    }
  }
}

extension DistinguishedName {
  /// The addresses in its `emailAddress` attributes: RFC 5280 §4.1.2.6 wants them as alternative names as well.
  var emailAddresses: [String] {
    rdns.joined().filter { $0.type == .emailAddress }.compactMap(\.text).filter { $0.contains("@") }
  }
}
