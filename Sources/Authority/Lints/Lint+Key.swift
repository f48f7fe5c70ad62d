import Cryptography
import PKI

extension Lint {
  static let keyStrength = Lint(name: "key-strength", clause: "NIST SP 800-57 part 1") { context, report in
    switch context.draft.publicKey.type {
    case .rsa(let bits) where bits < 2048: report(.error, "an RSA key of \(bits) bits is too short; 2048 is the least")
    case .rsa(let bits) where bits > 8192: report(.error, "an RSA key of \(bits) bits costs its verifiers too much")
    case .rsa, .p256, .p384, .p521, .ed25519: break
    case .dsa, .other: report(.error, "keys of type \(context.draft.publicKey.type.name) are not certified")
    }
    if case .ed25519 = context.draft.publicKey.type, !context.draft.isAuthority {
      report(.warning, "browsers do not support Ed25519 certificates; p256 works everywhere")
    }
  }

  static let keyOfProfile = Lint(name: "key-type", clause: "the profile") { context, report in
    guard let profile = context.draft.profile, !profile.keyTypes.isEmpty else { return }
    let type = context.draft.publicKey.type
    guard !profile.keyTypes.contains(where: { $0.accepts(type) }) else { return }
    let accepted = profile.keyTypes.map(\.description).joined(separator: ", ")
    report(.error, "the profile \(profile.name) does not accept \(type.name) keys; accepted: \(accepted)")
  }

  static let keyReuse = Lint(name: "key-reuse", clause: "RFC 5280 §5.3.1") { context, report in
    let key = context.draft.publicKey.subjectPublicKeyInfo
    if context.chain.contains(where: { $0.subjectPublicKeyInfo == key }) {
      report(.error, "this is a CA's own key")
    }
    if context.isKeyCompromised {
      report(.error, "a certificate of this key was revoked because the key was compromised; make a new key")
    }
  }
}
