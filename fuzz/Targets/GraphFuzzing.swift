import Cryptography
import PKI
import Synchronization
import Trust

/// Certificates of a few CAs and keys that sign each other in any way: what path building costs, and whether it is right.
///
/// One byte each: names, keys, flags. What is accepted, and which keys may be computed with, is held against the same
/// question asked of the bytes alone.
enum GraphFuzzing {
  static func graph(_ bytes: [UInt8]) {
    let nodes = stride(from: 0, to: bytes.count - 2, by: 3).prefix(12).map { Node(bytes[$0...].prefix(3)) }
    guard let leaf = nodes.first, let pki else { return }
    let chain = PresentedChain(nodes.compactMap(pki.der))
    guard chain.count == nodes.count else { return }
    let (verdict, signatures, cost) = pki.verifier.work(on: chain, at: ChainFuzzing.moment)
    expect(signatures <= 16 && cost <= 256, "\(signatures) signatures, \(cost) in all")
    let vouched = Self.vouched(nodes.dropFirst())
    if !vouched.contains(where: \.hasCostlyKey) { expect(cost == signatures, "no stranger's key is computed with") }
    let isIssued = vouched.contains { $0.issued(leaf) }
    expect(!verdict.isVerified || isIssued, "nothing is accepted that no anchor vouches for")
    // The same name and key twice are no path.
    let isTwin = (vouched + nodes.dropFirst()).contains { $0.subject == leaf.subject && $0.key == leaf.key }
    guard isIssued, !leaf.isExpired, !isTwin else { return }
    let isExceeded = verdict.findings.contains { $0.rule == .workBudgetExceeded }
    expect(verdict.isVerified || isExceeded, "a path that is there is found: \(verdict.findings.map(\.rule))")
  }

  /// The anchor, and whom it vouches for down to any depth.
  private static func vouched(_ nodes: ArraySlice<Node>) -> [Node] {
    var found = [Node([0, 0, 0])]
    var waiting = nodes.filter { $0.isAuthority && !$0.isExpired }
    while let index = waiting.firstIndex(where: { node in found.contains { $0.issued(node) } }) {
      found.append(waiting.remove(at: index))
    }
    return found
  }

  /// A certificate as three bytes say it: subject and issuer, own key and signer's, flags.
  private struct Node: Hashable {
    let subject, issuer, key, signer, flags: Int

    init(_ bytes: some Sequence<UInt8>) {
      let bytes = bytes.map(Int.init)
      (subject, issuer) = (bytes[0] & 7, bytes[0] >> 3 & 7)
      (key, signer) = ((bytes[1] & 7) % 6, (bytes[1] >> 3 & 7) % 6)
      flags = bytes[2] & 15
    }

    var isAuthority: Bool { flags & 1 == 0 }
    var isExpired: Bool { flags & 2 != 0 }
    /// Whether its authorityKeyIdentifier is there, and right.
    var hint: Int { flags >> 2 }
    /// The last two are P-521.
    var hasCostlyKey: Bool { key >= 4 }

    func issued(_ other: Node) -> Bool { subject == other.issuer && key == other.signer }
  }

  private static let pki = try? Authorities()

  private final class Authorities: Sendable {
    private let keys: [PrivateKey]
    let verifier: Verifier
    private let made = Mutex<[Node: [UInt8]]>([:])

    init() throws {
      keys = try (0..<6).map { try PrivateKey.generate($0 < 4 ? .p256 : .p521) }
      let root = try Self.certificate(Node([0, 0, 0]), keys)
      verifier = Verifier(
        snapshot: TrustSnapshot(generation: 1, anchors: [root]),
        policy: VerificationPolicy(purpose: .any, maximumDepth: 12, maximumCertificates: 12))
    }

    func der(_ node: Node) -> [UInt8]? {
      if let known = made.withLock({ $0[node] }) { return known }
      guard let certificate = try? Self.certificate(node, keys) else { return nil }
      made.withLock { $0[node] = certificate.der }
      return certificate.der
    }

    private static func certificate(_ node: Node, _ keys: [PrivateKey]) throws -> Certificate {
      func name(_ number: Int) -> DistinguishedName {
        DistinguishedName(rdns: [[AttributeTypeAndValue(.commonName, "CA \(number)")]])
      }
      let moment = ChainFuzzing.moment.seconds
      var template = CertificateTemplate(
        serialNumber: SerialNumber(UInt64(1 + node.flags)), issuer: name(node.issuer), subject: name(node.subject),
        notBefore: UnixTime(moment - 1000), notAfter: UnixTime(moment + (node.isExpired ? -1 : 1000)),
        subjectPublicKeyInfo: keys[node.key].publicKey.subjectPublicKeyInfo)
      func add(_ value: some ExtensionValue) {
        template.extensions.append(CertificateExtension(value, critical: false))
      }
      add(BasicConstraints(isCA: node.isAuthority))
      add(try SubjectKeyIdentifier(of: keys[node.key].publicKey))
      let signer = try SubjectKeyIdentifier(of: keys[node.signer].publicKey).bytes
      if node.hint > 0 { add(AuthorityKeyIdentifier(keyIdentifier: node.hint == 1 ? [1, 2, 3] : signer)) }
      return try template.signed(by: keys[node.signer])
    }
  }
}
