import Foundation
import Testing

/// What clients' certificates come to when responders answer well, badly, or not at all: asked about the leaf or the chain,
/// with failures refused or accepted, over TLS 1.2 and 1.3.
@Suite("OCSP responders and their faults")
struct ResponderFaultTests {
  /// What becomes of a client, and which words the error log has for it.
  enum Outcome: Sendable {
    case success
    case refused(String)
    /// No status: `ssl_ocsp_failure` decides.
    case failed(String)

    func body(forgiving: Bool) -> String {
      switch self {
      case .success: "SUCCESS"
      case .refused(let reason): "FAILED:\(reason)"
      case .failed: forgiving ? "SUCCESS" : "FAILED:certificate status request failed"
      }
    }
  }

  private static let names = ["leaf", "on"].flatMap { mode in ["refuse", "accept"].map { (mode, $0) } }

  private static func start(_ scene: Scene) throws -> GatewayProcess {
    try scene.start(
      names.map { mode, failure in
        """
        server {
          listen 127.0.0.1:@PORT1@ ssl;
          server_name \(mode)-\(failure).example.com;
          ssl_certificate \(scene.server.certificate);
          ssl_certificate_key \(scene.server.key);
          ssl_client_certificate \(scene.authority.certificate);
          ssl_verify_client on;
          ssl_verify_client_failure continue;
          ssl_ocsp \(mode);
          ssl_ocsp_failure \(failure);
          ssl_ocsp_responder http://127.0.0.1:@PORT2@/;
          location / { return 200 "$ssl_client_verify"; }
        }
        """
      }.joined(separator: "\n"))
  }

  /// Asks all servers over both versions.
  private static func expect(
    _ outcome: Outcome, _ scene: Scene, _ client: Identity, _ gateway: GatewayProcess, _ row: String
  ) throws {
    for (mode, failure) in names {
      for version in ["1.2", "1.3"] {
        var curl = scene.curl(client)
        curl.host = "\(mode)-\(failure).example.com"
        let answer = try curl.get("/", ["--tls-max", version])
        #expect(
          answer.body == outcome.body(forgiving: failure == "accept"),
          "\(row), \(mode), \(failure), TLS \(version): \(answer.errors) \(gateway.errorLog.suffix(2000))")
      }
    }
    guard case .failed(let words) = outcome else { return }
    let lines = gateway.errorLog.split(separator: "\n").filter { $0.contains(words) }
    #expect(lines.contains { $0.contains("refused, client:") }, "\(row): \(gateway.errorLog.suffix(2000))")
    #expect(lines.contains { $0.contains("let in by ssl_ocsp_failure, client:") }, "\(row)")
  }

  // MARK: openssl ocsp

  struct Program: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var options: [String] = []
    var outcome: Outcome
    var signer: @Sendable (Scene) throws -> Identity = { try $0.authority.issue("responder", .responder) }
    var prepare: @Sendable (Scene, Identity) throws -> Void = { _, _ in }
  }

  static let programs: [Program] = [
    Program(testDescription: "the CA signs itself", outcome: .success) { $0.authority.identity },
    Program(testDescription: "a delegated signer", outcome: .success),
    Program(testDescription: "a delegated signer with nocheck", outcome: .success) {
      try $0.authority.issue("responder", .uncheckedResponder)
    },
    Program(testDescription: "named by its key", options: ["-resp_key_id"], outcome: .success),
    Program(
      testDescription: "revoked", outcome: .refused("certificate revoked"), prepare: { try $0.authority.revoke($1) }),
    Program(
      testDescription: "unknown", outcome: .refused("certificate status unknown"),
      prepare: { scene, _ in try scene.directory.write("ca/index.txt", "") }),
    Program(
      testDescription: "a signer without OCSPSigning",
      outcome: .failed("OCSP response signer is not authorized by the certificate's issuer")
    ) { try $0.authority.issue("responder", .client) },
    Program(
      testDescription: "a signer of another CA",
      outcome: .failed("OCSP response signer is not authorized by the certificate's issuer")
    ) { try TestAuthority("other", in: $0.directory).issue("responder", .responder) },
    Program(
      testDescription: "a signer whose certificate has expired",
      outcome: .failed("OCSP response signer is not authorized by the certificate's issuer")
    ) { try $0.authority.issue("responder", .responder, from: -20, to: -2) },
    Program(
      testDescription: "without the signer's certificate", options: ["-resp_no_certs"],
      outcome: .failed("OCSP response signer's certificate not found")),
    Program(
      testDescription: "a damaged signature", options: ["-badsig"], outcome: .failed("OCSP response signature failure")),
    Program(
      testDescription: "signed with SHA-1", options: ["-rmd", "sha1"],
      outcome: .failed("OCSP response signed with a weak or unknown algorithm")),
  ]

  @Test("openssl ocsp as the responder", arguments: programs)
  func foreign(row: Program) throws {
    let scene = try Scene(ports: 2)
    let client = try scene.authority.issue("client")
    let signer = try row.signer(scene)
    try row.prepare(scene, client)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer, row.options)
    let gateway = try Self.start(scene)
    try Self.expect(row.outcome, scene, client, gateway, row.testDescription)
    #expect(responder.questions > 0)
  }

  // MARK: Answers that no responder should give

  struct Script: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var outcome: Outcome
    var forgery: OCSPForgery?
    var raw: [UInt8] = []
  }

  private static func forged(_ name: String, _ outcome: Outcome, _ change: (inout OCSPForgery) -> Void) -> Script {
    var forgery = OCSPForgery()
    change(&forgery)
    return Script(testDescription: name, outcome: outcome, forgery: forgery)
  }

  private static func raw(_ name: String, _ words: String, _ bytes: [UInt8]) -> Script {
    Script(testDescription: name, outcome: .failed(words), raw: bytes)
  }

  private static func http(_ body: [UInt8]) -> [UInt8] { ScriptedResponder.http(body) }
  private static let page = Array("<html><body>Sign in to the network</body></html>".utf8)

  static let scripts: [Script] = [
    forged("good", .success) { _ in },
    forged("good without a nonce", .success) { $0.nonce = .none },
    forged("good without nextUpdate", .success) { $0.nextUpdate = nil },
    forged("revoked", .refused("certificate revoked")) { $0.status = .revoked },
    forged("unknown", .refused("certificate status unknown")) { $0.status = .unknown },
    forged("expired", .failed("OCSP response expired at")) { ($0.thisUpdate, $0.nextUpdate) = (-7200, -3600) },
    forged("revoked, but expired", .failed("OCSP response expired at")) {
      ($0.status, $0.thisUpdate, $0.nextUpdate) = (.revoked, -7200, -3600)
    },
    forged("old, without nextUpdate", .failed("OCSP response expired at")) {
      ($0.thisUpdate, $0.nextUpdate) = (-86400, nil)
    },
    forged("from the future", .failed("OCSP response is not valid before")) {
      ($0.thisUpdate, $0.nextUpdate) = (3600, 7200)
    },
    forged("that ends before it begins", .failed("OCSP response ends before it begins")) {
      ($0.thisUpdate, $0.nextUpdate) = (-60, -120)
    },
    forged("for another serial number", .failed("certificate status not found in the OCSP response")) {
      $0.namesAnother = true
    },
    forged("for another nonce", .failed("OCSP response is for another request")) { $0.nonce = .other },
    raw("tryLater", "OCSP response not successful (3: tryLater)", http(OCSPForgery.failure(3))),
    raw("unauthorized", "OCSP response not successful (6: unauthorized)", http(OCSPForgery.failure(6))),
    raw("status 500", "OCSP responder sent status 500", ScriptedResponder.http([], status: "500 Oops")),
    raw(
      "a redirect", "OCSP responder sent status 302",
      Array("HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n".utf8)),
    raw(
      "a page", "OCSP responder sent no OCSP response", ScriptedResponder.http(page, type: "text/html")),
    raw("a page that says it is a response", "OCSP responder sent no OCSP response", http(page)),
    raw("nothing", "OCSP responder sent no OCSP response", http([])),
    raw(
      "too much", "OCSP responder sent no OCSP response", http([UInt8](repeating: 0x30, count: 200_000))),
    raw(
      "less than was promised", "the OCSP responder did not answer",
      ScriptedResponder.http(OCSPForgery.failure(3), length: 4000)),
    raw("no HTTP", "OCSP responder sent no OCSP response", Array("220 mail.example.com ESMTP\r\n".utf8)),
    raw("an end at once", "the OCSP responder did not answer: connection closed", []),
  ]

  @Test("answers of every kind", arguments: scripts)
  func scripted(row: Script) throws {
    let scene = try Scene(ports: 2)
    let client = try scene.authority.issue("client")
    let responder = try ScriptedResponder(port: scene.ports[1])
    let signer = scene.authority.identity
    responder.answers { body in
      guard let forgery = row.forgery else { return row.raw }
      return ScriptedResponder.http(try forgery.response(to: body, signer: signer))
    }
    let gateway = try Self.start(scene)
    try Self.expect(row.outcome, scene, client, gateway, row.testDescription)
    #expect(responder.questions > 0)
  }

  @Test("a responder that is down, and one that stalls")
  func silent() throws {
    let scene = try Scene(ports: 2)
    let client = try scene.authority.issue("client")
    let gateway = try Self.start(scene)
    try Self.expect(.failed("the OCSP responder did not answer"), scene, client, gateway, "down")
    let signer = try scene.authority.issue("responder", .responder)
    let responder = try OCSPResponder(scene.authority, port: scene.ports[1], signer: signer)
    responder.stall()
    let threads = Self.names.map { mode, failure in
      let host = "\(mode)-\(failure).example.com"
      return Answering {
        var curl = scene.curl(client)
        curl.host = host
        return try curl.get("/").body
      }
    }
    for (thread, name) in zip(threads, Self.names) {
      let outcome = Outcome.failed("OCSP responder timed out")
      #expect(try thread.result(within: 40) == outcome.body(forgiving: name.1 == "accept"), "\(name)")
    }
    #expect(gateway.errorLog.contains("OCSP responder timed out while requesting certificate status, refused"))
    responder.goOn()
  }
}
