import Authority
import Foundation
import PKI
import Testing

@Suite("OCSP, read and asked by OpenSSL and GnuTLS")
struct OCSPTests {
  @Test(
    "openssl believes what is said of good, revoked and held certificates, whoever signs",
    arguments: ["p256", "rsa2048", "ed25519"], [false, true])
  func statuses(_ type: String, _ hasSigner: Bool) throws {
    let scenario = try Scenario(["--no-passphrase", "--key", type, "--subject", "/O=Scenario/CN=Root"])
    if hasSigner { try scenario.mustRun(["ca", "ocsp-signer"]) }
    try scenario.mustRun(["issue", "client", "alice", "bob", "carol"])
    let exchange = try OCSPExchange(scenario)
    #expect(try exchange.verified(["bob"]).output.contains("bob.crt: good"))
    try scenario.mustRun(["revoke", "bob", "--reason", "keyCompromise"])
    try scenario.mustRun(["revoke", "carol", "--reason", "certificateHold"])
    for options in [[], ["-no_nonce"], ["-sha256"], ["-sha512", "-no_nonce"]] {
      let said = try exchange.verified(["alice"], options)
      #expect(said.status == 0 && !said.errors.contains("WARNING"), "\(options): \(said.errors)")
      #expect(said.output.contains("alice.crt: good"))
    }
    let revoked = try exchange.verified(["bob"])
    #expect(
      revoked.status == 0 && revoked.output.contains("bob.crt: revoked")
        && revoked.output.contains("Reason: keyCompromise"))
    #expect(try exchange.verified(["carol"]).output.contains("Reason: certificateHold"))
    let all = try exchange.verified(["alice", "bob", "carol"])
    #expect(all.status == 0)
    #expect(["alice.crt: good", "bob.crt: revoked", "carol.crt: revoked"].allSatisfy(all.output.contains))
  }

  @Test("an intermediate's answers are believed by who trusts the root alone")
  func intermediate() throws {
    let scenario = try Scenario()
    try scenario.mustRun(["ca", "intermediate", "issuing", "--no-passphrase"])
    try scenario.mustRun(["ca", "ocsp-signer"])
    try scenario.mustRun(["issue", "client", "alice"])
    let exchange = try OCSPExchange(scenario, ca: "issuing")
    let path = try exchange.answer(["alice"], ["-no_nonce"])
    let said = try scenario.openssl([
      "ocsp", "-respin", path, "-CAfile", "pki/ca/ca.crt", "-verify_other", "pki/ca/issuing.crt", "-issuer",
      "pki/ca/issuing.crt", "-cert", "pki/client/alice.crt",
    ])
    #expect(said.errors.contains("Response verify OK"), "\(said.errors)")
    #expect(said.output.contains("alice.crt: good"))
  }

  @Test("ocsptool verifies the answer", .enabled(if: Program.exists("ocsptool")))
  func gnutls() throws {
    let scenario = try Scenario()
    try scenario.mustRun(["ca", "ocsp-signer"])
    try scenario.mustRun(["issue", "client", "alice"])
    let path = try OCSPExchange(scenario).answer(["alice"], ["-no_nonce"])
    let said = try Program.run(
      "ocsptool",
      [
        "--verify-response", "--load-response", path, "--load-trust", "pki/ca/ca.crt", "--load-issuer", "pki/ca/ca.crt",
        "--load-cert", "pki/client/alice.crt",
      ], in: scenario.folder)
    #expect(said.status == 0 && said.output.contains("Success"), "\(said.output) \(said.errors)")
  }

  @Test("the signer's certificate verifies for OCSP, and as nothing else")
  func signerCertificate() throws {
    let scenario = try Scenario()
    try scenario.mustRun(["ca", "ocsp-signer", "--days", "7"])
    func verify(_ purpose: String) throws -> Int32 {
      let arguments = ["verify", "-x509_strict", "-CAfile", "pki/ca/ca.crt", "-purpose", purpose, "pki/ca/ca-ocsp.crt"]
      return try scenario.openssl(arguments).status
    }
    #expect(try verify("ocsphelper") == 0)
    #expect(try verify("sslserver") != 0)
    #expect(try verify("sslclient") != 0)
    let text = try scenario.openssl(["x509", "-in", "pki/ca/ca-ocsp.crt", "-noout", "-text"]).output
    #expect(text.contains("OCSP No Check") && text.contains("OCSP Signing"))
    let listed = try #require(try scenario.list(["--profile", "ocsp_signer"]).first)
    #expect(listed.name == "ca-ocsp" && listed.status == "valid")
  }

  @Test("ca show names the signer and the URLs; both can be changed")
  func shown() throws {
    let url = "http://pki.example.com/ocsp"
    let scenario = try Scenario(["--no-passphrase", "--ocsp-url", url])
    #expect(try scenario.mustRun(["ca", "show"]).output.contains("`countersign ca ocsp-signer` makes one"))
    try scenario.mustRun(["ca", "ocsp-signer"])
    try scenario.mustRun(["ca", "urls", "--crl-url", "http://pki.example.com/ca.crl"])
    let shown = try scenario.mustRun(["ca", "show"]).output
    #expect(shown.contains("ca-ocsp.crt, until ") && shown.contains(url) && shown.contains("/ca.crl"))
    try scenario.mustRun(["issue", "client", "alice"])
    let text = try scenario.openssl(["x509", "-in", "pki/client/alice.crt", "-noout", "-text"]).output
    #expect(text.contains("OCSP - URI:\(url)") && text.contains("URI:http://pki.example.com/ca.crl"))
    try scenario.mustRun(["ca", "urls", "--clear"])
    #expect(try !scenario.mustRun(["ca", "show"]).output.contains(url))
    for arguments in [
      ["ca", "urls", "--ocsp-url", "ftp://x"], ["ca", "urls"], ["ca", "ocsp-signer", "--ca", "nobody"],
    ] {
      #expect(try scenario.countersign(arguments).status == 2)
    }
  }

  @Test("an encrypted CA key is not asked for while the signer lasts")
  func notAskedInVain() throws {
    let scenario = try Scenario(nil)
    let secret = try scenario.write("correct horse\n", to: "secret")
    try scenario.mustRun(["ca", "init", "--passphrase-file", secret])
    #expect(try scenario.countersign(["ca", "ocsp-signer"]).status == 1)
    try scenario.mustRun(["ca", "ocsp-signer", "--passphrase-file", secret])
    let again = try scenario.mustRun(["ca", "ocsp-signer", "--expiring-within", "10d", "--json"])
    #expect(again.output.filter { !$0.isWhitespace } == "[]")
    #expect(try scenario.countersign(["ca", "ocsp-signer", "--expiring-within", "31d"]).status == 1)
    try scenario.mustRun(["ca", "ocsp-signer", "--expiring-within", "31d", "--passphrase-file", secret])
    #expect(try scenario.list(["--profile", "ocsp_signer"]).count == 2)
  }
}
