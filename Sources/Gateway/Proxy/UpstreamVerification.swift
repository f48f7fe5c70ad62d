import ConfigModel
import PKI
import Synchronization
import TLSEngine
import Trust
import TrustFeeds

/// What the gateway trusts in an upstream (`proxy_ssl_verify on`): authorities, depth, CRLs, and the name expected.
final class UpstreamVerification: Sendable {
  private let snapshot: TrustSnapshot
  private let policy: VerificationPolicy
  /// Names may come from variables: so many are remembered.
  private static let rememberedNames = 256
  private let verifiers = Mutex<[ExactText: Verifier]>([:])

  init(_ settings: ProxyTLSSettings, authorities: [Certificate], lists: LoadedRevocationLists?) {
    snapshot = TrustSnapshot(generation: 0, authorities: authorities, crls: lists?.index)
    let profile = VerifierProfile(settings.verifyProfile)
    policy = VerificationPolicy(
      purpose: .server, maximumDepth: settings.verifyDepth, revocation: lists == nil ? .off : .chain, profile: profile,
      publicSuffixes: PublicSuffixFile.list(for: profile, purpose: .server))
  }

  /// Why the chain is not that of `name`; `nil` where it is.
  func refusal(of chain: PresentedChain, name: String) -> Refusal? {
    verifier(for: name).verdict(on: chain, at: UnixTime(WallClock.now.seconds)).firstFinding
  }

  private func verifier(for name: String) -> Verifier {
    let key = ExactText(name)
    return verifiers.withLock { verifiers in
      if let known = verifiers[key] { return known }
      if verifiers.count >= Self.rememberedNames { verifiers.removeAll() }
      var policy = policy
      policy.identity = Self.identity(name)
      let made = Verifier(snapshot: snapshot, policy: policy, remembered: 64)
      verifiers[key] = made
      return made
    }
  }

  private static func identity(_ name: String) -> ReferenceIdentity {
    let bare = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : name
    return IPAddressText.octets(bare).map { .address($0) } ?? .host(name)
  }
}

extension VerifierProfile {
  init(_ setting: VerifyProfile) {
    switch setting {
    case .compatible: self = .compatible
    case .strict: self = .strict
    }
  }
}

/// Judges one connection's server.
final class UpstreamJudge: TLSClientDelegate {
  private let verification: UpstreamVerification?
  private let name: String
  /// Why the server was refused, in nginx's words.
  private(set) var refusal: String?

  init(verification: UpstreamVerification?, name: String) {
    self.verification = verification
    self.name = name
  }

  func verifyPeer(_ chain: [[UInt8]], connection: TLSConnection) -> PeerDecision {
    guard let verification else { return .accept }
    let chain = PresentedChain(chain, unread: connection.unreadPeerCertificates)
    guard let found = verification.refusal(of: chain, name: name) else { return .accept }
    refusal = Self.text(of: found, name: name)
    return .reject(TLSAlert(rawValue: found.alert.rawValue))
  }

  private static func text(of refusal: Refusal, name: String) -> String {
    switch refusal.rule {
    case .hostMismatch, .addressMismatch, .emailMismatch: "upstream SSL certificate does not match \"\(name)\""
    // The text alone does not say which of the profile's demands is broken.
    case .nonconforming, .crlNonconforming, .serverProfile:
      "upstream SSL certificate verify error: (\(refusal.opensslText)), \(refusal.detail)"
    default: "upstream SSL certificate verify error: (\(refusal.opensslText))"
    }
  }
}
