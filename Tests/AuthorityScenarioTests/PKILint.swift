import Foundation

/// pkilint, which knows the RFCs of certificates, CRLs and OCSP better than any person who reads them.
///
/// Its virtual environment is made once and kept under the temporary directory.
enum PKILint {
  private static let version = "0.13.3"

  /// Nil, with a notice, where Python or the package index is out of reach.
  static let programs: String? = {
    let folder = NSTemporaryDirectory() + "countersign-pkilint-" + version
    // One process makes it, others wait; what was left unfinished is made anew.
    let script = """
      test -e \(folder)/complete && exit 0
      rm -rf \(folder) && python3 -m venv \(folder) && \
      timeout 300 \(folder)/bin/pip install --quiet --disable-pip-version-check pkilint==\(version) && \
      touch \(folder)/complete
      """
    let made = try? Program.run("flock", [folder + ".lock", "sh", "-c", script])
    if made?.status == 0 { return folder + "/bin" }
    print("notice: pkilint cannot be installed here (\(made?.errors ?? "no flock")); nothing is linted")
    return nil
  }()

  struct Finding: Hashable, CustomStringConvertible {
    let severity, code, place, message: String

    var description: String { "\(severity) \(code) at \(place): \(message)" }

    /// What is known and meant to be, each with its reason.
    var isAllowed: Bool {
      // A wildcard is a name in the syntax of RFC 9525 §6.3, which RFC 5280 leaves to others.
      if code == "pkix.invalid_domain_name_syntax", message.hasSuffix("\"*.example.com\"") { return true }
      // RFC 3986 §3.2.2 has no need of a dot in a host; pkilint takes names without one for no domain names. The trust
      // domains of SPIFFE and hosts of a private network are such names.
      return code == "pkix.invalid_uri_syntax" && (message.contains("spiffe://") || message.contains("http://pki/"))
    }
  }

  /// Of NOTICE and above.
  static func findings(_ linter: String, _ arguments: [String]) throws -> [Finding] {
    guard let programs else { return [] }
    let outcome = try Program.run("\(programs)/\(linter)", ["lint", "-s", "NOTICE", "-f", "JSON"] + arguments)
    guard let report = try? JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8)) else {
      throw ScenarioFailure(what: "\(linter) \(arguments): \(outcome.output) \(outcome.errors)")
    }
    return report.results.flatMap { result in
      result.finding_descriptions.map {
        Finding(severity: $0.severity, code: $0.code, place: result.node_path, message: $0.message ?? "")
      }
    }
  }

  static func certificate(_ path: String) throws -> [Finding] { try findings("lint_pkix_cert", [path]) }

  static func pair(issuer: String, subject: String) throws -> [Finding] {
    try findings("lint_pkix_signer_signee_cert_chain", [issuer, subject])
  }

  static func crl(_ path: String) throws -> [Finding] {
    try findings("lint_crl", ["--profile", "PKIX", "--type", "CRL", path])
  }

  static func ocsp(_ path: String) throws -> [Finding] { try findings("lint_ocsp_response", [path]) }

  private struct Report: Decodable {
    let results: [Result]

    struct Result: Decodable {
      let node_path: String
      let finding_descriptions: [Description]
    }

    struct Description: Decodable {
      let severity, code: String
      let message: String?
    }
  }
}
