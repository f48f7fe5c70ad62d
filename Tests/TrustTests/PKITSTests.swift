import Foundation
import PKI
import Testing

@testable import Trust

/// NIST's Public Key Interoperability Test Suite, as it lies beside the checkout; nothing is asserted where it is absent.
@Suite("PKITS")
struct PKITSTests {
  @Test("every run of PKITS ends as NIST expects")
  func allRuns() throws {
    guard let suite = PKITS.atHand else {
      print("notice: ../shared/pkits is absent, PKITS is not run")
      return
    }
    var failures: [String] = []
    for run in suite.runs {
      let verdict = try suite.verdict(run)
      guard verdict.isVerified != run.isValid else { continue }
      let rule = verdict.findings.map { "\($0.rule)@\($0.depth) \($0.detail)" }.joined(separator: "; ")
      failures.append("\(run.id): expected \(run.isValid ? "valid" : run.error), got \(rule)")
    }
    print("PKITS: \(suite.runs.count - failures.count) of \(suite.runs.count)")
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    #expect(suite.runs.count == 246)
  }

  @Test("a refusal in PKITS is for a reason of the kind NIST names")
  func reasons() throws {
    guard let suite = PKITS.atHand else { return }
    for run in suite.runs where !run.isValid {
      let rules = Set(try suite.verdict(run).findings.map(\.rule))
      switch run.error {
      case "RevokedError": #expect(rules.contains(.revoked), "\(run.id): \(rules)")
      case "StaleRevinfoError": #expect(rules.contains(.crlExpired), "\(run.id): \(rules)")
      default: #expect(!rules.isEmpty, "\(run.id)")
      }
    }
  }
}

struct PKITS {
  struct Run {
    var id: String
    var isValid: Bool
    var error: String
    var endEntity: String
    var others: [String]
    var crls: [String]
    var policies: PolicyInputs
    var needsRevocation: Bool
  }

  let root: URL
  let runs: [Run]

  static let atHand: PKITS? = {
    let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return PKITS(root: checkout.deletingLastPathComponent().appendingPathComponent("shared/pkits"))
  }()

  private init?(root: URL) {
    guard let table = try? String(contentsOf: root.appendingPathComponent("expect.tsv"), encoding: .utf8) else {
      return nil
    }
    self.root = root
    runs = table.split(separator: "\n").dropFirst().map(Self.run)
  }

  private static func run(_ line: Substring) -> Run {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    func list(_ index: Int) -> [String] { fields[index].split(separator: ",").map(String.init) }
    let policies = PolicyInputs(
      acceptable: fields[5] == "any" ? [] : Set(list(5).compactMap(OID.init)), requiresExplicitPolicy: fields[6] == "1",
      inhibitsPolicyMapping: fields[7] == "1", inhibitsAnyPolicy: fields[8] == "1")
    return Run(
      id: fields[0], isValid: fields[1] == "SUCCESS", error: fields.count > 10 ? fields[10] : "", endEntity: fields[2],
      others: list(3), crls: list(4), policies: policies, needsRevocation: fields[9] == "1")
  }

  private func bytes(_ folder: String, _ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: root.appendingPathComponent(folder).appendingPathComponent(name)))
  }

  func verdict(_ run: Run) throws -> Verdict {
    let anchor = try Certificate(der: bytes("certs", "TrustAnchorRootCertificate.crt"))
    let crls = try CRLIndex(der: run.crls.map { try bytes("crls", $0) })
    let snapshot = TrustSnapshot(generation: 1, anchors: [anchor], crls: crls)
    let policy = VerificationPolicy(
      purpose: .any, maximumDepth: 20, revocation: run.needsRevocation ? .chain : .ifPresent, policies: run.policies,
      algorithms: .legacy)
    let chain = PresentedChain(try ([run.endEntity] + run.others).map { try bytes("certs", $0) })
    return Verifier(snapshot: snapshot, policy: policy).verdict(
      on: chain, at: UnixTime(rfc3339: "2022-05-01T00:00:00Z")!)
  }
}
