import Cryptography
import PKI
import Testing

@testable import Trust

@Suite("Path building")
struct PathSearchTests {
  @Test("of two anchors with one name the one that signed is found")
  func anchorsOfOneName() throws {
    let (first, second) = (try Holder.root("Same"), try Holder.root("Same"))
    #expect(try judge([second.client()], trust: [first, second]).isVerified)
    #expect(try judge([first.client()], trust: [first, second]).isVerified)
  }

  @Test("an expired twin of an anchor does not stand in the way")
  func expiredTwin() throws {
    let key = try PrivateKey.generate(.p256)
    let expired = try Holder.root("Root", key: key) { $0.notAfter = UnixTime(now.seconds - 1) }
    let valid = try Holder.root("Root", key: key)
    #expect(try judge([valid.client()], trust: [expired, valid]).isVerified)
  }

  @Test("a cross-certificate leads to the other root")
  func crossCertificate() throws {
    let (oldRoot, newRoot) = (try Holder.root("Old"), try Holder.root("New"))
    let cross = try oldRoot.authority("New", key: newRoot.key)
    let client = try newRoot.client()
    #expect(try judge([client, cross], trust: [oldRoot]).isVerified)
    #expect(try judge([client, cross], trust: [newRoot]).chain?.certificates.count == 2)
  }

  @Test("an intermediate that breaks a rule is passed over for another of its name and key")
  func backtracking() throws {
    let root = try Holder.root()
    let key = try PrivateKey.generate(.p256)
    let constrained = try root.authority("CA", serial: 7, key: key) {
      $0.set(NameConstraints(permitted: [.dns("other.example")]), critical: true)
    }
    let free = try root.authority("CA", serial: 8, key: key)
    let client = try free.client { $0.set(SubjectAlternativeName([.dns("a.example")])) }
    #expect(try judge([client, constrained, free], trust: [root]).isVerified)
    #expect(try judge([client, constrained], trust: [root]).verifyText == "FAILED:permitted subtree violation")
  }

  @Test("a missing or wrong authorityKeyIdentifier costs nothing but time")
  func keyHints() throws {
    let root = try Holder.root()
    #expect(try judge([root.client { $0.remove(.authorityKeyIdentifier) }], trust: [root]).isVerified)
    let wrong = try root.client { $0.set(AuthorityKeyIdentifier(keyIdentifier: [1, 2, 3])) }
    #expect(try judge([wrong], trust: [root]).isVerified)
  }

  @Test("two CAs that sign each other are no endless path")
  func loop() throws {
    let (a, b) = (try Holder.root("A"), try Holder.root("B"))
    let aByB = try b.authority("A", key: a.key)
    let bByA = try a.authority("B", key: b.key)
    let verdict = try judge([a.client(), aByB, bByA], trust: [Holder.root()]) { $0.maximumDepth = 50 }
    #expect(!verdict.isVerified)
  }

  @Test("intermediates of the snapshot complete a path that the client left short")
  func knownIntermediate() throws {
    let root = try Holder.root()
    let intermediate = try root.authority()
    let verdict = try judge([intermediate.client()], trust: [intermediate, root])
    #expect(verdict.chain?.certificates.map(\.subject.commonName) == ["client", "CA", "Root"])
  }

  @Test("a dense graph of cross-certificates is given up within the budget")
  func hostileGraph() throws {
    let keys = try (0..<8).map { _ in try PrivateKey.generate(.p256) }
    var graph: [Holder] = []
    for (i, issuer) in keys.enumerated() {
      let holder = try Holder.root("CA \(i)", key: issuer)
      for (j, subject) in keys.enumerated() where i != j {
        graph.append(try holder.authority("CA \(j)", serial: UInt8(16 * i + j), key: subject))
      }
    }
    let client = try Holder.root("CA 0", key: keys[0]).client()
    let clock = ContinuousClock()
    let duration = try clock.measure {
      let verdict = try judge([client] + graph, trust: [Holder.root()]) { $0.maximumDepth = 100 }
      #expect(!verdict.isVerified)
    }
    #expect(duration < .seconds(10))
  }

  @Test("a depth of 0 allows no intermediate, 1 allows one")
  func depth() throws {
    let root = try Holder.root()
    let intermediate = try root.authority()
    let chain = [try intermediate.client(), intermediate]
    #expect(try !judge(chain, trust: [root]) { $0.maximumDepth = 0 }.isVerified)
    #expect(try judge(chain, trust: [root]) { $0.maximumDepth = 1 }.isVerified)
  }

  @Test("self-issued intermediates count neither against the path length nor against the depth")
  func selfIssued() throws {
    let root = try Holder.root { $0.set(BasicConstraints(isCA: true, pathLength: 1), critical: true) }
    let old = try root.authority("CA", serial: 7)
    let new = try old.authority("CA", serial: 8)
    let unnamed = try new.authority("CA", serial: 9) { $0.remove(.authorityKeyIdentifier) }
    for chain in [[try new.client(), new, old], [try unnamed.client(), unnamed, new, old]] {
      #expect(try judge(chain, trust: [root]) { $0.maximumDepth = 1 }.isVerified)
      #expect(try !judge(chain, trust: [root]) { $0.maximumDepth = 0 }.isVerified)
    }
    let below = try new.authority("Below", serial: 10)
    let verdict = try judge([below.client(), below, new, old], trust: [root]) { $0.maximumDepth = 1 }
    #expect(verdict.findings.map(\.rule).first == .chainTooLong)
  }

  @Test("a CA at the end of a path is no intermediate, whatever its own path length")
  func authorityAsLeaf() throws {
    let root = try Holder.root { $0.set(BasicConstraints(isCA: true, pathLength: 0), critical: true) }
    for length in [nil, 0, 7] {
      let leaf = try root.authority { $0.set(BasicConstraints(isCA: true, pathLength: length), critical: true) }
      let verdict = try judge([leaf], trust: [root]) { policy in
        policy.purpose = .any
        policy.maximumDepth = 0
      }
      #expect(verdict.isVerified)
    }
    let renewed = try root.authority("Root") { $0.set(KeyUsage([.digitalSignature, .keyCertSign]), critical: true) }
    #expect(try judge([renewed], trust: [root]) { $0.maximumDepth = 0 }.isVerified)
  }

  @Test("self-issued certificates that sign one another end the search")
  func selfIssuedCircle() throws {
    let keys = try (0..<6).map { _ in try Holder.root("CA") }
    var graph: [Holder] = []
    for (serial, issuer) in keys.enumerated() {
      for subject in keys where subject.certificate != issuer.certificate {
        graph.append(try issuer.authority("CA", serial: UInt8(20 + serial), key: subject.key))
      }
    }
    let verdict = try judge([keys[0].client()] + graph, trust: [Holder.root()]) { $0.maximumDepth = 0 }
    #expect(!verdict.isVerified)
  }
}
