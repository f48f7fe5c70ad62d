import Foundation
import Testing

@Suite("countersign ca recover")
struct RecoverTests {
  @Test("with the ledger gone the errors' own cures keep the key, bring everything back, and revoke on")
  func lostLedger() throws {
    let scenario = try Scenario()
    try scenario.mustRun(["issue", "client", "alice", "bob"])
    try scenario.mustRun(["revoke", "alice", "--reason", "keyCompromise"])
    let key = try Data(contentsOf: URL(fileURLWithPath: scenario.pki + "/ca/ca.key"))
    for name in scenario.names("ca") where name.hasPrefix("ledger") {
      try FileManager.default.removeItem(atPath: scenario.pki + "/ca/" + name)
    }
    for command in [["list"], ["issue", "client", "carol"], ["ca", "init", "--no-passphrase"], ["ca", "crl"]] {
      let refused = try scenario.countersign(command)
      #expect(refused.status == 1)
      #expect(refused.errors.contains("countersign ca recover --dir \(scenario.pki)"), "\(refused.errors)")
      #expect(!refused.errors.contains("--force"))
    }
    let rehearsal = try scenario.mustRun(["ca", "recover", "--dry-run", "--json"])
    let facts = try #require(
      try JSONSerialization.jsonObject(with: Data(rehearsal.output.utf8)) as? [String: Any])
    #expect((facts["certificates"] as? [Any])?.count == 2)
    #expect(facts["dryRun"] as? Bool == true)
    #expect(try scenario.countersign(["list"]).status == 1)
    let recovered = try scenario.mustRun(["ca", "recover"])
    #expect(recovered.output.contains("not recovered:"))
    #expect(try scenario.list(["--revoked"]).map(\.name) == ["alice"])
    try scenario.mustRun(["revoke", "bob"])
    let text = try scenario.openssl(["crl", "-in", "pki/ca/ca.crl", "-noout", "-text"]).output
    #expect(text.components(separatedBy: "Serial Number:").count == 3)
    #expect(text.contains("Key Compromise"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: scenario.pki + "/ca/ca.key")) == key)
    let other = try scenario.countersign(["export", "pem", "bob", "--out", scenario.pki + "/ca/ca.key", "--force"])
    #expect(other.status == 1)
    #expect(try Data(contentsOf: URL(fileURLWithPath: scenario.pki + "/ca/ca.key")) == key)
  }
}

@Suite("What commands take for an answer")
struct OperatorWordTests {
  @Test("a CA is revoked only by --yes or a typed yes; then it signs nothing, show and list say so, another takes over")
  func authority() throws {
    let scenario = try Scenario()
    try scenario.mustRun(["ca", "intermediate", "issuing", "--no-passphrase"])
    try scenario.mustRun(["issue", "client", "alice"])
    let revoke = [Program.countersign, "revoke", "issuing", "--dir", scenario.pki]
    let unasked = try Program.run("setsid", ["-w"] + revoke)
    #expect(unasked.status == 2 && unasked.errors.contains("--yes"))
    #expect(try Terminal.run(revoke, answers: ["y"]).status == 1)
    #expect(try scenario.list(["--revoked"]).isEmpty)
    #expect(try Terminal.run(revoke, answers: ["yes"]).status == 0)
    let refused = try scenario.countersign(["issue", "client", "bob"])
    #expect(refused.status == 1 && refused.errors.contains("ca default NAME"))
    #expect(try scenario.mustRun(["ca", "show"]).output.contains("signs no certificates"))
    #expect(try scenario.mustRun(["list"]).output.contains("valid, CA revoked"))
    #expect(try scenario.countersign(["ca", "default", "issuing"]).status == 1)
    try scenario.mustRun(["ca", "default", "ca"])
    try scenario.mustRun(["issue", "client", "bob"])
  }

  @Test("a request's names are shown and left out; sign wants a profile and a yes; a stray file is no argument")
  func requests() throws {
    let scenario = try Scenario()
    let made = try scenario.openssl([
      "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "e.key", "-out",
      "evil.csr", "-subj", "/CN=admin", "-addext", "subjectAltName=DNS:admin.example", "-addext",
      "extendedKeyUsage=serverAuth",
    ])
    #expect(made.status == 0, "\(made.errors)")
    let csr = scenario.folder + "/evil.csr"
    let issued = try scenario.mustRun(["issue", "client", "device-7", "--csr", csr])
    #expect(issued.errors.contains("- CN=admin") && issued.errors.contains("- dns:admin.example"))
    #expect(!issued.output.contains("admin"))
    let sign = [Program.countersign, "sign", csr, "--dir", scenario.pki]
    let silent = try Program.run("setsid", ["-w"] + sign)
    #expect(silent.status == 2 && silent.errors.contains("--profile") && silent.errors.contains("serverAuth"))
    #expect(try Program.run("setsid", ["-w"] + sign + ["--profile", "client"]).status == 1)
    #expect(try Terminal.run(sign, answers: ["server", "no"]).status == 1)
    #expect(try scenario.list().map(\.name) == ["device-7"])
    #expect(try Terminal.run(sign, answers: ["server", "yes"]).status == 0)
    #expect(try scenario.list().map(\.profile) == ["usr_cert", "server_cert"])
    // A file called as a name is, in the folder where the command runs.
    try scenario.mustRun(["issue", "client", "par1"])
    try FileManager.default.copyItem(
      atPath: scenario.pki + "/client/device-7.crt", toPath: scenario.folder + "/par1")
    let revoked = try Program.run(
      Program.countersign, ["revoke", "par1", "--dir", scenario.pki], in: scenario.folder)
    #expect(revoked.output.contains("CN=par1"))
    let file = ["revoke", "--file", "par1", "--dir", scenario.pki]
    #expect(try Program.run(Program.countersign, file, in: scenario.folder).output.contains("CN=device-7"))
    #expect(try scenario.countersign(["revoke", "admn"]).errors.contains("near it: server/admin"))
  }
}
