import Authority
import Foundation
import PKI
import Testing

@Suite("OpenSSL reads what is written")
struct OpenSSLTests {
  @Test(
    "certificates of every CA key type verify for their purpose and no other",
    arguments: ["rsa2048", "rsa3072", "p256", "p384", "p521", "ed25519"])
  func verify(_ type: String) throws {
    let scenario = try Scenario(["--no-passphrase", "--key", type, "--subject", "CN=Root,O=Scenario"])
    try scenario.mustRun(["issue", "server", "mtls.example.com", "--san", "ip:127.0.0.1", "--key", "rsa2048"])
    try scenario.mustRun(["issue", "client", "alice"])
    func verify(_ file: String, _ purpose: String, _ more: [String] = []) throws -> Int32 {
      let arguments = ["verify", "-x509_strict", "-CAfile", "pki/ca/ca.crt", "-purpose", purpose] + more + [file]
      return try scenario.openssl(arguments).status
    }
    #expect(try verify("pki/server/mtls.example.com.crt", "sslserver", ["-verify_hostname", "mtls.example.com"]) == 0)
    #expect(try verify("pki/server/mtls.example.com.crt", "sslserver", ["-verify_ip", "127.0.0.1"]) == 0)
    #expect(try verify("pki/client/alice.crt", "sslclient") == 0)
    #expect(try verify("pki/client/alice.crt", "sslserver") != 0)
    #expect(try verify("pki/server/mtls.example.com.crt", "sslclient") != 0)
  }

  @Test("an encrypted CA key is PBES2 with AES-256, opens in OpenSSL, and a wrong passphrase is refused")
  func encryptedKey() throws {
    let scenario = try Scenario(nil)
    let right = try scenario.write("correct horse\n", to: "right")
    let wrong = try scenario.write("battery\n", to: "wrong")
    try scenario.mustRun(["ca", "init", "--passphrase-file", right])
    let text = try scenario.openssl(["asn1parse", "-in", "pki/ca/ca.key"]).output
    #expect(text.contains("PBES2") && text.contains("aes-256-cbc") && text.contains("hmacWithSHA256"))
    #expect(try scenario.openssl(["pkey", "-in", "pki/ca/ca.key", "-passin", "file:right", "-noout"]).status == 0)
    #expect(try scenario.countersign(["issue", "client", "a", "--passphrase-file", wrong]).status == 1)
    #expect(scenario.names("client") == [])
    try scenario.mustRun(["issue", "client", "a", "--passphrase-file", right])
  }

  @Test("revocations reach openssl verify, and a hold taken back does too")
  func revocation() throws {
    let scenario = try Scenario()
    try scenario.mustRun(["issue", "client", "alice", "bob"])
    func verify(_ name: String) throws -> String {
      let arguments = ["verify", "-crl_check", "-CAfile", "pki/ca/ca.crt", "-CRLfile", "pki/ca/ca.crl"]
      let outcome = try scenario.openssl(arguments + ["pki/client/\(name).crt"])
      return outcome.output + outcome.errors
    }
    try scenario.mustRun(["revoke", "alice", "--reason", "keyCompromise"])
    try scenario.mustRun(["revoke", "bob", "--reason", "certificateHold"])
    #expect(try verify("alice").contains("certificate revoked"))
    #expect(try verify("bob").contains("certificate revoked"))
    try scenario.mustRun(["revoke", "bob", "--remove"])
    #expect(try verify("bob").contains(": OK"))
    let crl = try scenario.openssl([
      "crl", "-inform", "DER", "-in", "pki/ca/ca.crl.der", "-noout", "-text", "-CAfile", "pki/ca/ca.crt",
    ])
    #expect(crl.output.contains("Key Compromise") && crl.output.contains("X509v3 Authority Key Identifier"))
    #expect((crl.output + crl.errors).contains("verify OK"))
  }

  @Test("PKCS#12 opens in OpenSSL with key, certificate and chain, in both forms")
  func pkcs12() throws {
    let scenario = try Scenario()
    let password = try scenario.write("pässword\n", to: "password")
    try scenario.mustRun(["issue", "client", "alice", "--p12", "--password-file", password])
    let modern = try scenario.openssl([
      "pkcs12", "-in", "pki/client/alice.p12", "-passin", "file:password", "-nodes", "-info",
    ])
    #expect(modern.status == 0 && modern.output.contains("BEGIN PRIVATE KEY"))
    #expect(modern.output.components(separatedBy: "BEGIN CERTIFICATE").count == 3)
    #expect(modern.errors.contains("AES-256-CBC"))
    try scenario.mustRun([
      "export", "p12", "alice", "--legacy", "--password-file", password, "--out", scenario.folder + "/old.p12",
    ])
    let legacy = try scenario.openssl([
      "pkcs12", "-legacy", "-in", "old.p12", "-passin", "file:password", "-nodes", "-info",
    ])
    #expect(legacy.status == 0 && legacy.errors.contains("pbeWithSHA1And3-KeyTripleDES-CBC"))
  }

  @Test("requests made by OpenSSL are signed, and OpenSSL accepts ours")
  func requests() throws {
    let scenario = try Scenario()
    let subject = ["-subj", "/C=US/O=Web/CN=mtls.example.com", "-addext", "subjectAltName=DNS:mtls.example.com"]
    let made = try scenario.openssl(
      ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "s.key", "-out", "s.csr"] + subject)
    #expect(made.status == 0)
    let sign = ["sign", scenario.folder + "/s.csr", "--profile", "server"]
    let refused = try Program.run("setsid", ["-w", Program.countersign] + sign + ["--dir", scenario.pki])
    #expect(refused.status == 1 && refused.errors.contains("C=US, O=Web"))
    try scenario.mustRun(sign + ["--accept-csr-names"])
    let arguments = ["verify", "-CAfile", "pki/ca/ca.crt", "-verify_hostname", "mtls.example.com"]
    #expect(try scenario.openssl(arguments + ["pki/server/mtls.example.com.crt"]).status == 0)
    try scenario.mustRun(["csr", "client", "alice@example.com"])
    #expect(try scenario.openssl(["req", "-verify", "-noout", "-in", "pki/client/alice@example.com.csr"]).status == 0)
  }

  @Test("an intermediate's leaves verify through its chain file, with the CRLs of both CAs in ca.crl")
  func intermediate() throws {
    let scenario = try Scenario()
    try scenario.mustRun(["ca", "intermediate", "issuing", "--no-passphrase", "--permit", "dns:example.com"])
    try scenario.mustRun(["issue", "server", "www.example.com"])
    let chain = ["-untrusted", "pki/ca/issuing-chain.crt", "-crl_check_all", "-CRLfile", "pki/ca/ca.crl"]
    let verified = try scenario.openssl(
      ["verify", "-CAfile", "pki/ca/ca.crt"] + chain + ["pki/server/www.example.com.crt"])
    #expect(verified.status == 0, "\(verified.errors)")
    #expect(try scenario.countersign(["issue", "server", "www.example.org"]).status == 1)
  }

  @Test(
    "misuse ends with 2 and says what is accepted",
    arguments: [
      ["issue", "nosuchprofile", "x"], ["issue", "client", "x", "--days", "0"],
      ["issue", "client", "x", "--san", "foo"],
      ["issue", "client", "x", "--key", "rsa512"], ["revoke", "nobody"], ["revoke", "x", "--reason", "whim"],
      ["issue", "client", "x", "--subject", "nonsense"], ["show", "nobody"], ["list", "--expiring-within", "soon"],
      ["nonsense"], ["sign", "/nonexistent.csr"], ["export", "p13", "x"],
    ])
  func misuse(_ arguments: [String]) throws {
    let scenario = try Scenario()
    let outcome = try scenario.countersign(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.errors.hasPrefix("countersign: "))
    #expect(outcome.output.isEmpty)
  }
}
