import PKI
import TLSEngine
import Trust

/// What `error_log … debug` tells of a handshake: the name, what the client offered, its chain, and how that was judged.
struct HandshakeTrace {
  private let log: ErrorLogRuntime
  private let connection: UInt64

  /// `nil` where nobody wants to know.
  init?(_ log: ErrorLogRuntime, connection: UInt64) {
    guard log.accepts(.debug) else { return nil }
    self.log = log
    self.connection = connection
  }

  private func write(_ line: String) { log.write(.debug, connection: connection, line) }

  func hello(name: [UInt8], server: [UInt8]) {
    write("SSL server name: \"\(name.asText)\", server: \"\(server.asText)\"")
  }

  func presented(_ chain: PresentedChain) {
    write("SSL client certificates: \(chain.certificates.count)")
    for (depth, der) in chain.certificates.enumerated() {
      guard let certificate = try? Certificate(der: der) else {
        write("SSL client certificate \(depth): \(der.count) bytes that are no certificate")
        continue
      }
      write("SSL client certificate \(depth): \(Self.text(certificate))")
    }
  }

  func judged(_ verdict: Verdict, by verifier: Verifier, policy: PolicyID) {
    let whose = policy == .server ? "the server" : "a location"
    write("SSL verify for \(whose): \(Self.checks(verifier)), judged at \(verdict.madeAt.rfc3339)")
    for (depth, certificate) in (verdict.chain?.certificates ?? []).enumerated() {
      write("SSL verify: ok, depth: \(depth), \(Self.text(certificate))")
    }
    for finding in verdict.findings {
      let about = finding.certificate.map { ", \(Self.text($0))" } ?? ""
      write(
        "SSL verify: failed, rule: \(finding.rule.rawValue) (\(finding.opensslText)), depth: \(finding.depth), "
          + "\"\(finding.detail)\"\(about)")
    }
    write("SSL verify: \(verdict.verifyText), holds until \(verdict.validUntil.rfc3339)")
  }

  func completed(_ facts: TLSSessionFacts) {
    write(
      "SSL: \(facts.version), cipher \(facts.cipher), ALPN \(facts.alpn ?? "none"), "
        + (facts.isResumed ? "session reused" : "full handshake"))
  }

  private static func checks(_ verifier: Verifier) -> String {
    let policy = verifier.policy
    let lists =
      switch policy.revocation {
      case .off: "no CRLs"
      case .leaf: "the leaf's CRL"
      case .chain: "the CRL of each certificate"
      case .ifPresent: "the CRLs that are there"
      }
    return
      "path to \(verifier.snapshot.anchors.count) CAs, depth \(policy.maximumDepth), purpose \(policy.purpose), \(lists)"
  }

  private static func text(_ certificate: Certificate) -> String {
    "subject: \"\(certificate.subject.rfc2253)\", issuer: \"\(certificate.issuer.rfc2253)\", "
      + "serial: \(certificate.serialNumber.hexString), \(certificate.notBefore.rfc3339) to \(certificate.notAfter.rfc3339)"
  }
}
