import Authority
import Foundation
import PKI

/// Questions that `openssl ocsp` writes, and our answers to them, as files.
struct OCSPExchange {
  let scenario: Scenario
  let responder: OCSPResponder
  /// Whose certificates are asked about.
  let issuer: String

  /// - Parameter ca: a CA of the scenario's directory.
  init(_ scenario: Scenario, ca: String = "ca") throws {
    self.scenario = scenario
    issuer = "\(scenario.pki)/ca/\(ca).crt"
    responder = try Self.responder(scenario.pki)
  }

  static func responder(_ pki: String) throws -> OCSPResponder {
    let directory = try AuthorityDirectory.open(pki, as: Operator(name: "test", clock: { now }))
    return try OCSPResponder(directory: directory, passphrase: { nil })
  }

  static var now: UnixTime { UnixTime(Int64(Date().timeIntervalSince1970)) }

  /// The path of the answer about client certificates by their names.
  func answer(_ names: [String], _ options: [String] = []) throws -> String {
    try answer(arguments: names.flatMap { ["-cert", "\(scenario.pki)/client/\($0).crt"] }, options)
  }

  func answer(serial: String, _ options: [String] = []) throws -> String {
    try answer(arguments: ["-serial", serial], options)
  }

  /// Asks, and has openssl verify the answer: once against the question with its nonce, once for what it says.
  func verified(_ names: [String], _ options: [String] = []) throws -> Outcome {
    let path = try answer(names, options)
    let common = [
      "ocsp", "-respin", path, "-no_nonce", "-CAfile", scenario.pki + "/ca/ca.crt", "-verify_other", issuer,
    ]
    let against = try scenario.openssl(common + ["-reqin", request])
    let certificates = names.flatMap { ["-cert", "\(scenario.pki)/client/\($0).crt"] }
    let said = try scenario.openssl(
      common + options.filter { $0.hasPrefix("-sha") } + ["-issuer", issuer] + certificates)
    let isVerified = [against, said].allSatisfy { $0.errors.contains("Response verify OK") }
    return Outcome(
      status: isVerified ? 0 : 1, output: said.output, errors: against.errors + said.errors)
  }

  private var request: String { scenario.folder + "/request.der" }

  private func answer(arguments: [String], _ options: [String]) throws -> String {
    // A digest holds for the certificates named after it.
    let asked = try scenario.openssl(["ocsp", "-reqout", request, "-issuer", issuer] + options + arguments)
    guard asked.status == 0 else { throw ScenarioFailure(what: "openssl ocsp: \(asked.errors)") }
    let reply = responder.respond(to: try FileReader.bytes(of: request), at: Self.now)
    let path = "\(scenario.folder)/answer-\(UUID().uuidString).der"
    try Data(reply.der).write(to: URL(fileURLWithPath: path))
    return path
  }
}
