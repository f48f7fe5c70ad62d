import PKI
import Synchronization
import TLSEngine
import Trust

/// Whom https servers must be vouched for by, and what is shown to those that ask for a certificate.
///
/// A server's chain is verified as RFC 5280 says, for the purpose of a server and the name in the URL (RFC 9525). CRLs are
/// not asked for.
public final class FetchTLS: Sendable {
  public typealias Credential = TLSCredential

  let context: TLSClientContext
  let showsCertificate: Bool
  private let snapshot: TrustSnapshot
  private let verifiers = Mutex<[String: Verifier]>([:])

  /// CAs that may stand between a server's certificate and an anchor.
  private static let maximumDepth = 8
  private static let rememberedNames = 64

  /// - Parameter authorities: the self-signed are anchors, the others are there to build paths with.
  /// - Throws: `.noTrust` without authorities, `.unusableTLS` where the credential does not fit together.
  public init(authorities: [Certificate], credential: Credential? = nil) throws(FetchError) {
    guard !authorities.isEmpty else { throw .noTrust }
    snapshot = TrustSnapshot(generation: 0, authorities: authorities)
    showsCertificate = credential != nil
    var configuration = TLSClientConfiguration(credentials: credential.map { [$0] } ?? [])
    configuration.alpn = ["http/1.1"]
    configuration.rememberedSessions = 0
    do throws(TLSConfigurationError) {
      context = try TLSClientContext(configuration)
    } catch {
      throw .unusableTLS("\(error)")
    }
  }

  /// Why the chain is not that of `host`; `nil` where it is.
  fileprivate func refusal(of chain: PresentedChain, host: String) -> Refusal? {
    let now = UnixTime(TLSServerConfiguration.systemTime())
    return verifier(for: host).verdict(on: chain, at: now).firstFinding
  }

  private func verifier(for host: String) -> Verifier {
    verifiers.withLock { verifiers in
      if let known = verifiers[host] { return known }
      if verifiers.count >= Self.rememberedNames { verifiers.removeAll() }
      let identity = IPAddressText.octets(host).map { ReferenceIdentity.address($0) } ?? .host(host)
      let policy = VerificationPolicy(purpose: .server, maximumDepth: Self.maximumDepth, identity: identity)
      let made = Verifier(snapshot: snapshot, policy: policy, remembered: 16)
      verifiers[host] = made
      return made
    }
  }
}

/// Judges one connection's server.
final class FetchJudge: TLSClientDelegate {
  private let tls: FetchTLS
  private let host: String
  private(set) var refusal: Refusal?

  init(_ tls: FetchTLS, host: String) {
    self.tls = tls
    self.host = host
  }

  func verifyPeer(_ chain: [[UInt8]], connection: TLSConnection) -> PeerDecision {
    refusal = tls.refusal(of: PresentedChain(chain, unread: connection.unreadPeerCertificates), host: host)
    return refusal.map { .reject(TLSAlert(rawValue: $0.alert.rawValue)) } ?? .accept
  }
}
