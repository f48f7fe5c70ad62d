import Cryptography
import PKI
import Testing

@testable import Trust

/// What a stranger's chain costs: counted in signature checks, never in time.
@Suite("Bounded work")
struct BoundedWorkTests {
  private let root: Holder
  private let pretenders: [Certificate]
  private let whole = WorkBudget()

  init() throws {
    root = try Holder.root()
    pretenders = try Self.pretenders.get()
  }

  /// Self-signed P-521 certificates named like the trusted CA, made once for all tests.
  private static let pretenders = Result { () throws -> [Certificate] in
    try (0..<100).map { number in
      try Holder.root("Root", key: .generate(.p521)) { template in
        template.serialNumber = SerialNumber(UInt64(1000 + number))
        // As if the CA had issued itself another certificate.
        template.set(AuthorityKeyIdentifier(keyIdentifier: identifier(of: number)))
      }.certificate
    }
  }

  /// Says nothing of another key, or names one that nobody has.
  private static func identifier(of number: Int) -> [UInt8] { number % 2 == 0 ? [UInt8(number)] : [0xff] }

  private func verifier(limit: Int = 10, depth: Int = 9, _ trust: [Holder]? = nil, crls: CRLIndex? = nil) -> Verifier {
    Verifier(
      snapshot: TrustSnapshot(
        generation: 1, authorities: (trust ?? [root]).map(\.certificate), crls: crls),
      policy: VerificationPolicy(
        purpose: .client, maximumDepth: depth, maximumCertificates: limit, revocation: crls == nil ? .off : .chain))
  }

  private func chain(_ certificates: [Certificate]) -> PresentedChain { PresentedChain(certificates.map(\.der)) }

  @Test("a hundred certificates are not read, not even where each could be the issuer")
  func tooMany() throws {
    let client = try Holder.root("Root", key: .generate(.p521)).client().certificate
    let (verdict, left) = verifier().examine(chain([client] + pretenders), at: now)
    #expect(verdict.findings.map(\.rule) == [.tooManyCertificates])
    #expect(verdict.leaf == client, "for the log")
    #expect(left == nil, "nothing was searched")
    #expect(verdict.verifyText == "FAILED:certificate chain too long" && verdict.refusal?.alert == .certificateUnknown)
    let unread = PresentedChain([client.der], unread: 100)
    #expect(verifier().verdict(on: unread, at: now).findings.map(\.rule) == [.tooManyCertificates])
    let good = try root.client().certificate
    #expect(verifier().verdict(on: chain([good] + pretenders.prefix(9)), at: now).isVerified, "ten are admitted")
    #expect(!verifier().verdict(on: chain([good] + pretenders.prefix(10)), at: now).isVerified, "eleven are not")
  }

  @Test(
    "keys of strangers are never computed with: each certificate costs a check under the CA's own key",
    arguments: [9, 100])
  func strangers(count: Int) throws {
    let key = try PrivateKey.generate(.p521)
    let client = try Holder.root("Root", key: key).client().certificate
    let last = try Holder.root("Root", key: key).certificate
    let verifier = verifier(limit: .max)
    let sent = pretenders.prefix(count - 1) + [last]
    let (verdict, left) = verifier.examine(chain([client] + sent), at: now)
    let budget = try #require(left)
    #expect(!verdict.isVerified)
    #expect(whole.signatures - budget.signatures <= min(count + 1, 16))
    #expect(whole.cost - budget.cost == whole.signatures - budget.signatures, "P-256 alone, the CA's")
  }

  @Test("in another order, or more than once, they find the verdict that is remembered")
  func reordered() throws {
    let client = try Holder.root("Root", key: .generate(.p521)).client().certificate
    let verifier = verifier()
    let sent = Array(pretenders.prefix(9))
    let verdict = verifier.verdict(on: chain([client] + sent), at: now)
    for _ in 0..<5 { #expect(verifier.verdict(on: chain([client] + sent.shuffled()), at: now) === verdict) }
    #expect(verifier.verdict(on: chain([client] + sent.dropLast() + [sent[8], sent[8]]), at: now).isVerified == false)
  }

  @Test("self-signed certificates that say so cost nothing")
  func selfSigned() throws {
    let mimics = try (0..<9).map { _ in
      try Holder.root("Root", key: .generate(.p521)) { template in
        let own = template.extensions.first { $0.oid == .subjectKeyIdentifier }
        let identifier = own.flatMap { try? $0.decoded(as: SubjectKeyIdentifier.self) }?.bytes
        template.set(AuthorityKeyIdentifier(keyIdentifier: identifier))
      }
    }
    let client = try mimics[8].client().certificate
    let (verdict, left) = verifier().examine(chain([client] + mimics.map(\.certificate)), at: now)
    #expect(!verdict.isVerified)
    #expect(whole.signatures - (try #require(left)).signatures == 1, "the client under the CA's key")
  }

  @Test("a chain to a root that nobody trusts costs no signature at all")
  func untrusted() throws {
    let other = try Holder.root("Other", key: .generate(.p521))
    let middle = try other.authority("Middle", key: .generate(.p521))
    let client = try middle.client().certificate
    let (verdict, left) = verifier().examine(chain([client, middle.certificate, other.certificate]), at: now)
    #expect(verdict.firstFinding?.rule == .selfSignedInChain)
    #expect(try #require(left).cost == whole.cost)
  }

  @Test("among pretenders the real intermediates and cross-certificates are found")
  func mixed() throws {
    let (old, new) = (try Holder.root("Old"), try Holder.root("New"))
    let cross = try old.authority("New", key: new.key)
    let middle = try new.authority("Middle")
    let leaf = try middle.client().certificate
    let mimics = try ["Old", "New", "Middle"].flatMap { name in
      try (0..<2).map { _ in try Holder.root(name, key: .generate(.p521)).certificate }
    }
    let sent = chain([leaf] + mimics + [middle.certificate, cross.certificate])
    for trust in [[old], [new], [old, new]] {
      let (verdict, left) = verifier(trust).examine(sent, at: now)
      #expect(verdict.isVerified, "\(verdict.findings)")
      let budget = try #require(left)
      #expect(whole.cost - budget.cost <= 12)
    }
  }

  @Test("a list is held against no stranger's key: who may have signed it is vouched for first")
  func lists() throws {
    let forged = try root.crl(signedBy: PrivateKey.generate(.p256))
    let client = try root.client().certificate
    let sent = chain([client] + pretenders.prefix(9))
    let (verdict, left) = verifier(crls: try CRLIndex([forged])).examine(sent, at: now)
    let budget = try #require(left)
    #expect(!verdict.isVerified)
    #expect(whole.listSignatures - budget.listSignatures == 1, "under the CA's key")
    #expect(whole.cost - budget.cost <= 17)
  }

  @Test("an ordinary chain is judged in brief with one check a link, a costly one is not")
  func brief() throws {
    let middle = try root.authority()
    let sent = chain([try middle.client().certificate, middle.certificate])
    let verifier = verifier()
    let (_, left) = verifier.examine(sent, at: now, within: .brief)
    #expect(WorkBudget(.brief).signatures - (try #require(left)).signatures == 2)
    #expect(try #require(verifier.briefVerdict(on: sent, at: now)).isVerified)

    let heavy = try Holder.root("Heavy", key: .generate(.p521))
    var above = heavy
    var certificates: [Certificate] = []
    for name in ["A", "B"] {
      above = try above.authority(name, key: .generate(.p521))
      certificates.insert(above.certificate, at: 0)
    }
    let costly = chain([try above.client().certificate] + certificates)
    let judge = self.verifier([heavy])
    #expect(judge.briefVerdict(on: costly, at: now) == nil)
    #expect(judge.remembered(costly.hash, at: now) == nil, "what was broken off is no verdict")
    #expect(judge.verdict(on: costly, at: now).isVerified)
    #expect(judge.briefVerdict(on: costly, at: now)?.isVerified == true, "remembered")
    #expect(verifier.briefVerdict(on: chain([certificates[0]] + pretenders.prefix(4)), at: now) == nil, "five")
  }

  @Test("who pads a good chain pushes no other's verdict out")
  func padding() throws {
    let verifier = Verifier(
      snapshot: TrustSnapshot(generation: 1, authorities: [root.certificate]),
      policy: VerificationPolicy(purpose: .client), remembered: 64)
    let good = chain([try root.client("good").certificate])
    let withRoot = chain([try root.client("careful").certificate, root.certificate])
    _ = (verifier.verdict(on: good, at: now), verifier.verdict(on: withRoot, at: now))
    let other = try root.client("other").certificate
    for first in pretenders.prefix(30) {
      for second in pretenders.suffix(10) {
        #expect(verifier.verdict(on: chain([other, first, second]), at: now).isVerified)
      }
    }
    #expect(verifier.remembered(good.hash, at: now)?.isVerified == true)
    #expect(verifier.remembered(withRoot.hash, at: now)?.isVerified == true, "an anchor that came along is no padding")
  }
}
