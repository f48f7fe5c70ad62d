import Cryptography
import PKI
import Testing

@testable import Trust

/// A demand of a profile: what breaks it by as little as can be, and the nearest that doesn't.
struct ProfileFixture: CustomTestStringConvertible, Sendable {
  typealias Make = @Sendable (VerifierProfile) throws -> Verdict
  typealias Change = @Sendable (inout CertificateTemplate) throws -> Void

  let id: String
  let broken: Make
  let sound: Make

  var testDescription: String { id }

  init(_ id: String, broken: @escaping Make, sound: @escaping Make) {
    (self.id, self.broken, self.sound) = (id, broken, sound)
  }
}

/// Chains that conform but for one change.
extension ProfileFixture {
  static func leaf(_ id: String, broken: @escaping Change, sound: @escaping Change = { _ in }) -> Self {
    Self(id, broken: chain(leaf: broken), sound: chain(leaf: sound))
  }

  static func middle(_ id: String, broken: @escaping Change, sound: @escaping Change = { _ in }) -> Self {
    Self(id, broken: chain(middle: broken), sound: chain(middle: sound))
  }

  /// A client below an intermediate below a root.
  static func chain(
    root changeRoot: @escaping Change = { _ in }, middle changeMiddle: @escaping Change = { _ in },
    leaf changeLeaf: @escaping Change = { _ in }
  ) -> Make {
    { profile in
      let root = try Holder.root { try? changeRoot(&$0) }
      let middle = try root.authority { try? changeMiddle(&$0) }
      let leaf = try middle.client { try? changeLeaf(&$0) }
      return try judge([leaf, middle], trust: [root]) { $0.profile = profile }
    }
  }

  /// A leaf from bytes, with an authorityKeyIdentifier and a purpose.
  static func odd(
    _ id: String, broken: @escaping @Sendable (inout OddCertificate) -> Void,
    sound: @escaping @Sendable (inout OddCertificate) -> Void = { _ in }
  ) -> Self {
    func make(_ change: @escaping @Sendable (inout OddCertificate) -> Void) -> Make {
      { profile in
        let root = try Holder.root()
        var odd = try OddCertificate(under: root)
        odd.extensions = [
          OddCertificate.standard(ExtendedKeyUsage([.clientAuth])),
          OddCertificate.standard(
            AuthorityKeyIdentifier(keyIdentifier: try SubjectKeyIdentifier(of: root.key.publicKey).bytes)),
        ]
        change(&odd)
        return judge(der: try odd.der(), trust: [root]) { $0.profile = profile }
      }
    }
    return Self(id, broken: make(broken), sound: make(sound))
  }

  /// A CRL from bytes, which conforms but for what is changed.
  static func list(
    _ id: String, broken: @escaping @Sendable (inout OddList) -> Void,
    sound: @escaping @Sendable (inout OddList) -> Void = { _ in }
  ) -> Self {
    Self(id, broken: lists([broken]), sound: lists([sound]))
  }

  static func lists(_ changes: [@Sendable (inout OddList) -> Void]) -> Make {
    { profile in
      let root = try Holder.root()
      let crls = try changes.map { change in
        var list = OddList()
        list.extensions = [
          OddCertificate.standard(
            AuthorityKeyIdentifier(keyIdentifier: try SubjectKeyIdentifier(of: root.key.publicKey).bytes)),
          OddCertificate.standard(CRLNumber(SerialNumber(1))),
        ]
        change(&list)
        return try list.der(root)
      }
      let snapshot = TrustSnapshot(generation: 1, anchors: [root.certificate], crls: try CRLIndex(der: crls))
      let policy = VerificationPolicy(purpose: .client, revocation: .chain, profile: profile)
      return Verifier(snapshot: snapshot, policy: policy).verdict(
        on: PresentedChain([try root.client(serial: 9).certificate.der]), at: now)
    }
  }

  static func server(_ id: String, broken: @escaping Change, sound: @escaping Change = { _ in }) -> Self {
    Self(id, broken: server(leaf: broken), sound: server(leaf: sound))
  }

  static let suffixes = PublicSuffixList(Array("// a comment\ncom\nuk\nco.uk\ntest\n".utf8))
  static let host = "www.test.example"

  static func server(
    root changeRoot: @escaping Change = { _ in }, middle changeMiddle: @escaping Change = { _ in },
    leaf changeLeaf: @escaping Change = { _ in }
  ) -> Make {
    { profile in
      let root = try Holder.root { try? changeRoot(&$0) }
      let middle = try root.authority { try? changeMiddle(&$0) }
      let leaf = try middle.client(host) { template in
        template.set(ExtendedKeyUsage([.serverAuth]))
        template.set(SubjectAlternativeName([.dns(host)]))
        try? changeLeaf(&template)
      }
      return try judge([leaf, middle], trust: [root]) { policy in
        policy.purpose = .server
        policy.profile = profile
        policy.publicSuffixes = suffixes
      }
    }
  }
}

extension CertificateTemplate {
  mutating func setCritical(_ oid: OID, _ isCritical: Bool) {
    for index in extensions.indices where extensions[index].oid == oid { extensions[index].critical = isCritical }
  }

  mutating func changeKeyHint(_ change: (inout AuthorityKeyIdentifier) -> Void) throws {
    guard let found = extensions.first(where: { $0.oid == .authorityKeyIdentifier }),
      var hint = try found.decoded(as: AuthorityKeyIdentifier.self)
    else { return }
    change(&hint)
    set(hint)
  }

  mutating func append(_ oid: OID, critical: Bool = false, _ value: [UInt8]) {
    remove(oid)
    extensions.append(CertificateExtension(oid: oid, critical: critical, value: value))
  }
}
