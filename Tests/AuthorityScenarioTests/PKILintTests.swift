import Authority
import Cryptography
import Foundation
import PKI
import Testing

/// `lint_cabf_serverauth_cert` is left out: the Baseline Requirements are for CAs that the public trusts, and ask for
/// what a private CA has no use for (registered domains alone, transparency logs, policy identifiers).
@Suite("pkilint finds nothing at NOTICE or above", .enabled(if: PKILint.programs != nil))
struct PKILintTests {
  private static let urls = [
    "--ocsp-url", "http://pki.example.com/ocsp", "--ca-issuers-url", "http://pki.example.com/ca.crt", "--crl-url",
    "http://pki.example.com/ca.crl",
  ]

  private func clean(_ findings: [PKILint.Finding], _ what: String) {
    let unexpected = findings.filter { !$0.isAllowed }
    #expect(unexpected.isEmpty, "\(what): \(unexpected)")
  }

  private func lintCertificates(of scenario: Scenario, in folder: String) throws {
    for name in scenario.names(folder) where name.hasSuffix(".crt") && !name.hasSuffix("-chain.crt") {
      clean(try PKILint.certificate("\(scenario.pki)/\(folder)/\(name)"), name)
    }
  }

  @Test(
    "in roots of every key type and their CRLs", arguments: ["rsa2048", "rsa4096", "p256", "p384", "p521", "ed25519"])
  func roots(_ type: String) throws {
    let scenario = try Scenario([
      "--no-passphrase", "--key", type, "--subject", "/C=US/ST=Ohio/L=Columbus/O=Bücher & Söhne/OU=IT/CN=Root \(type)",
    ])
    try scenario.mustRun(["issue", "client", "alice"])
    try scenario.mustRun(["revoke", "alice"])
    try scenario.mustRun(["ca", "ocsp-signer"])
    try lintCertificates(of: scenario, in: "ca")
    try lintCertificates(of: scenario, in: "client")
    clean(try PKILint.crl(scenario.pki + "/ca/ca.crl.der"), "CRL of \(type)")
  }

  @Test("in an intermediate with URLs, constraints and a path length, and beside its root")
  func intermediate() throws {
    let scenario = try Scenario(
      ["--no-passphrase", "--subject", "/DC=com/DC=example/CN=Root", "--path-length", "2"] + Self.urls)
    try scenario.mustRun(
      [
        "ca", "intermediate", "issuing", "--no-passphrase", "--subject", "/C=US/O=Example/CN=Issuing", "--path-length",
        "1", "--permit", "dns:example.com", "--permit", "ip:10.0.0.0/8", "--permit", "ip:fd00::/8", "--permit",
        "email:example.com", "--permit", "dn:/C=US/O=Example", "--exclude", "uri:.example.org",
      ] + Self.urls)
    try scenario.mustRun(["ca", "ocsp-signer"])
    try scenario.mustRun([
      "issue", "server", "www.example.com", "--san", "ip:10.1.2.3", "--subject", "/C=US/O=Example/CN=www.example.com",
    ])
    try lintCertificates(of: scenario, in: "ca")
    try lintCertificates(of: scenario, in: "server")
    let (root, issuing) = (scenario.pki + "/ca/ca.crt", scenario.pki + "/ca/issuing.crt")
    clean(try PKILint.pair(issuer: root, subject: issuing), "root and intermediate")
    clean(try PKILint.pair(issuer: root, subject: scenario.pki + "/ca/ca-ocsp.crt"), "root and OCSP signer")
    clean(try PKILint.pair(issuer: issuing, subject: scenario.pki + "/server/www.example.com.crt"), "leaf")
    clean(try PKILint.crl(scenario.pki + "/ca/issuing.crl.der"), "CRL")
  }

  @Test("in leaves of every kind: names of all types, keys of all types, requests from elsewhere, profiles, renewals")
  func leaves() throws {
    let scenario = try Scenario(["--no-passphrase", "--subject", "/C=US/O=Example/CN=Root"] + Self.urls)
    let long = String(repeating: "a", count: 60) + ".long.example.com"
    let profiles = try scenario.write(
      """
      {"profiles": {"device": {"extends": "usr_cert", "extendedKeyUsage": ["clientAuth", "1.3.6.1.4.1.311.20.2.2"],
        "keyUsage": ["digitalSignature", "contentCommitment"], "subject": {"base": "/C=US/O=Example/OU=Devices"},
        "ocsp": ["https://ocsp.example.com/"], "crl": ["http://crl.example.com/a.crl", "http://pki/a.crl"]}}}
      """, to: "profiles.json")
    let commands: [[String]] = [
      [
        "issue", "server", "www.example.com", "--san", "dns:*.example.com", "--san", "ip:192.0.2.7", "--san",
        "ip:2001:db8::7",
      ],
      ["issue", "server", "10.0.0.1", "--key", "rsa3072"], ["issue", "server", long],
      ["issue", "peer", "peer.example.com", "--key", "p384"],
      ["issue", "client", "alice", "bob@example.com", "spiffe://example.com/service"],
      ["issue", "client", "dora", "--key", "ed25519", "--subject", "/DC=com/DC=example/UID=dora/CN=Dora Müller"],
      [
        "issue", "client", "erik", "--key", "p521", "--subject",
        "/C=SE/O=Example/serialNumber=17/CN=Erik/emailAddress=e@example.com",
      ],
      ["issue", "device", "device-7", "--profiles", profiles],
      ["csr", "client", "frank", "--san", "uri:https://example.com/frank"],
      ["sign", scenario.pki + "/client/frank.csr", "--profile", "client", "--accept-csr-names"],
      ["renew", "alice", "--rekey", "--days", "10"],
    ]
    for command in commands { try scenario.mustRun(command) }
    try lintCertificates(of: scenario, in: "server")
    try lintCertificates(of: scenario, in: "client")
    // The linter does find what there is: this one is on the list of what is meant to be.
    let spiffe = try PKILint.certificate(scenario.pki + "/client/spiffe___example.com_service.crt")
    #expect(spiffe.map(\.code) == ["pkix.invalid_uri_syntax"])
  }

  @Test("in CRLs with every reason, with an invalidity date, with a hold's instruction, of an imported CA")
  func revocationLists() throws {
    let scenario = try Scenario()
    clean(try PKILint.crl(scenario.pki + "/ca/ca.crl.der"), "empty CRL")
    let reasons = RevocationReason.allCases.filter { $0 != .removeFromCRL }
    try scenario.mustRun(["issue", "client"] + reasons.map(\.name))
    for reason in reasons {
      let since = reason == .keyCompromise ? ["--invalid-since", "2026-01-31T12:00:00Z"] : []
      try scenario.mustRun(["revoke", reason.name, "--reason", reason.name, "--no-crl"] + since)
    }
    try scenario.mustRun(["ca", "crl"])
    clean(try PKILint.crl(scenario.pki + "/ca/ca.crl.der"), "CRL with reasons")

    let imported = try Scenario(nil)
    let source = scenario.folder + "/openssl"
    try FileManager.default.createDirectory(atPath: source + "/private", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: scenario.pki + "/ca/ca.key", toPath: source + "/private/cakey.pem")
    try FileManager.default.copyItem(atPath: scenario.pki + "/ca/ca.crt", toPath: source + "/cacert.pem")
    let row = "R\t360101000000Z\t260101000000Z,holdInstruction,holdInstructionReject\t01AB\tunknown\t/CN=held\n"
    try row.write(toFile: source + "/index.txt", atomically: false, encoding: .utf8)
    try imported.mustRun(["ca", "import", source])
    clean(try PKILint.crl(imported.pki + "/ca/ca.crl.der"), "CRL of an imported CA")
  }

  @Test("in OCSP answers: good, revoked, unknown, several, with nonces, by signers and by CAs")
  func ocsp() throws {
    let scenario = try Scenario(["--no-passphrase", "--key", "rsa2048", "--subject", "/O=Example/CN=Root"] + Self.urls)
    try scenario.mustRun(["issue", "client", "alice", "bob", "carol"])
    try scenario.mustRun(["revoke", "bob", "--reason", "keyCompromise"])
    try scenario.mustRun(["revoke", "carol"])
    let exchange = try OCSPExchange(scenario)
    for hasSigner in [false, true] {
      if hasSigner { try scenario.mustRun(["ca", "ocsp-signer"]) }
      let questions: [[String]] = [["alice"], ["bob"], ["carol"], ["alice", "bob", "carol"]]
      for (number, names) in questions.enumerated() {
        for more in [["-no_nonce"], ["-sha256", "-no_nonce"], []] {
          let path = try exchange.answer(names, more)
          clean(try PKILint.ocsp(path), "OCSP answer \(number), \(more), signer: \(hasSigner)")
        }
      }
      clean(try PKILint.ocsp(try exchange.answer(serial: "0x1234")), "unknown, signer: \(hasSigner)")
    }
  }
}
