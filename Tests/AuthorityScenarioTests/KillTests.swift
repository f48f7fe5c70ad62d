import Authority
import Cryptography
import Foundation
import PKI
import Testing

@Suite("Killed at any point", .serialized)
struct KillTests {
  /// Ledger and files tell the same story: every certificate file is in the ledger, every certificate of the ledger has
  /// its file, keys fit, nothing is half-written.
  private func agree(_ scenario: Scenario) throws {
    let listed = try scenario.list()
    #expect(Set(listed.map(\.serial)).count == listed.count)
    let latest = Dictionary(listed.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    for entry in latest.values {
      let path = try #require(entry.certificateFile)
      let certificate = try CertificateFile.read(path)
      #expect(certificate.serialNumber.hexString == entry.serial)
      let key = try KeyFile.read(path.replacing(".crt", with: ".key")) { nil }
      #expect(key.publicKey.subjectPublicKeyInfo == certificate.subjectPublicKeyInfo)
    }
    let files = scenario.names("client")
    #expect(files.filter { $0.hasPrefix(".") } == [])
    #expect(files.filter { $0.hasSuffix(".crt") }.count == latest.count)
    #expect(files.filter { $0.hasSuffix(".key") }.count == latest.count)
    #expect(scenario.names("ca").filter { $0.hasSuffix(".unfinished") } == [])
  }

  @Test("kill -9 during issuing, 200 times: ledger and files agree, no serial twice, and the next command works")
  func issuing() throws {
    let scenario = try Scenario()
    var killed = 0
    for attempt in 0..<200 {
      let arguments = ["issue", "client", "c\(attempt)", "--dir", scenario.pki]
      if try Program.killCountersign(arguments, after: UInt32.random(in: 1000...60_000)) { killed += 1 }
      if attempt % 40 == 39 { try agree(scenario) }
    }
    #expect(killed > 20)
    try scenario.mustRun(["issue", "client", "after"])
    try agree(scenario)
  }

  @Test("kill -9 during revoking: the CRL has every revocation of the ledger after the next command")
  func revoking() throws {
    let scenario = try Scenario()
    let names = (0..<40).map { "c\($0)" }
    try scenario.mustRun(["issue", "client"] + names)
    for name in names {
      let arguments = ["revoke", name, "--dir", scenario.pki]
      _ = try Program.killCountersign(arguments, after: UInt32.random(in: 1000...45_000))
    }
    let revoked = try scenario.list(["--revoked"]).map(\.serial)
    let crl = try CertificateRevocationList(pem: FileReader.bytes(of: scenario.pki + "/ca/ca.crl"))
    #expect(Set(crl.entries.map(\.serialNumber.hexString)) == Set(revoked))
    try agree(scenario)
  }

  @Test("kill -9 while a CA is made: the next try makes it, or it is there and whole")
  func initializing() throws {
    for _ in 0..<25 {
      let scenario = try Scenario(nil)
      let arguments = ["ca", "init", "--no-passphrase", "--dir", scenario.pki]
      _ = try Program.killCountersign(arguments, after: UInt32.random(in: 1000...50_000))
      let again = try scenario.countersign(["ca", "init", "--no-passphrase"])
      #expect(again.status == 0 || again.errors.contains("there is a CA already"), "\(again.errors)")
      try scenario.mustRun(["issue", "client", "alice"])
      let root = scenario.pki + "/ca/ca.crt"
      #expect(try scenario.openssl(["verify", "-CAfile", root, scenario.pki + "/client/alice.crt"]).status == 0)
    }
  }

  @Test(
    "kill -9 while an OCSP signer is renewed: somebody who may signs every answer, before and after the next command")
  func ocspSigner() throws {
    let scenario = try Scenario()
    try scenario.mustRun(["issue", "client", "alice"])
    try scenario.mustRun(["ca", "ocsp-signer"])
    let root = try CertificateFile.read(scenario.pki + "/ca/ca.crt")
    let alice = try CertificateFile.read(scenario.pki + "/client/alice.crt")
    let question = OCSPRequest([OCSPCertID(alice, issuer: root)]).der
    let responder = try OCSPExchange.responder(scenario.pki)
    var killed = 0
    for _ in 0..<60 {
      let arguments = ["ca", "ocsp-signer", "--dir", scenario.pki]
      if try Program.killCountersign(arguments, after: UInt32.random(in: 1000...60_000)) { killed += 1 }
      let basic = try #require(OCSPResponse(der: responder.respond(to: question, at: OCSPExchange.now).der).basic)
      let signer = try Certificate(der: try #require(basic.certificates.first))
      #expect(try basic.isSigned(by: #require(signer.publicKey)) && signer.isSigned(by: #require(root.publicKey)))
    }
    #expect(killed > 5)
    let listed = try scenario.list(["--profile", "ocsp_signer"])
    let certificate = try CertificateFile.read(scenario.pki + "/ca/ca-ocsp.crt")
    let key = try KeyFile.read(scenario.pki + "/ca/ca-ocsp.key") { nil }
    #expect(certificate.serialNumber.hexString == listed.last?.serial)
    #expect(key.publicKey.subjectPublicKeyInfo == certificate.subjectPublicKeyInfo)
    #expect(scenario.names("ca").filter { $0.hasSuffix(".unfinished") } == [])
  }

  @Test("OCSP signers and certificates made at the same time wait for each other; one renewal is enough for all")
  func concurrentSigners() async throws {
    let scenario = try Scenario()
    let pki = scenario.pki
    let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
      for worker in 0..<4 {
        let issue = ["issue", "client", "w\(worker)", "--dir", pki]
        group.addTask { try Program.run(Program.countersign, issue).status }
        let renew = ["ca", "ocsp-signer", "--expiring-within", "10d", "--dir", pki]
        group.addTask { try Program.run(Program.countersign, renew).status }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses == [Int32](repeating: 0, count: 8))
    #expect(try scenario.list(["--profile", "ocsp_signer"]).count == 1)
    #expect(try scenario.list().count == 5)
  }

  @Test("commands at the same time in one directory wait for each other")
  func concurrent() async throws {
    let scenario = try Scenario()
    let pki = scenario.pki
    let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
      for worker in 0..<6 {
        group.addTask {
          let names = (0..<5).map { "w\(worker)-\($0)" }
          return try Program.run(Program.countersign, ["issue", "client", "--dir", pki] + names).status
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses == [0, 0, 0, 0, 0, 0])
    #expect(try scenario.list().count == 30)
    try agree(scenario)
  }
}
