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
