import Authority
import Cryptography
import PKI

/// What is said of a new certificate.
struct IssueReport: Encodable {
  let name, serial, subject, notAfter: String
  let alternativeNames, files: [String]

  init(_ issued: Issued, also files: [String] = []) {
    name = issued.record.name
    serial = issued.record.serial
    subject = issued.record.subject
    notAfter = issued.record.notAfter.rfc3339
    alternativeNames = issued.record.alternativeNames
    self.files = issued.files + files
    for warning in issued.warnings { StandardError.warn(warning.description) }
    if let difference = issued.difference, !difference.isEmpty {
      StandardError.write(Self.text(difference, of: issued.record.label))
    }
  }

  var text: String {
    let names = alternativeNames.isEmpty ? "" : " (" + alternativeNames.joined(separator: ", ") + ")"
    return ([VisibleText.escaped("\(serial)  \(subject)\(names), valid until \(notAfter)")] + files.map { "  " + $0 })
      .joined(separator: "\n")
  }

  /// What the request asked for beyond what was given, as a difference.
  private static func text(_ difference: RequestDifference, of label: String) -> String {
    let cure = difference.leftOut.isEmpty ? "" : " (--accept-csr-names certifies names)"
    let lines =
      difference.accepted.map { "+ " + VisibleText.escaped("\($0)") }
      + difference.leftOut.map { "- " + VisibleText.escaped("\($0)") }
    return (["note: \(label): the request asks for more than was given\(cure)"] + lines).joined(separator: "\n")
  }

  static func print(_ reports: [IssueReport], json: Bool) {
    Swift.print(json ? JSONText.of(reports) : reports.map(\.text).joined(separator: "\n"))
  }
}
