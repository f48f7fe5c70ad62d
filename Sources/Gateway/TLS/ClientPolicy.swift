import ConfigModel
import Trust

/// What decides whom a server trusts as its client, as far as the configuration goes: one value.
///
/// Sessions are bound to it, a Host whose server has another is misdirected (421), and verdicts, with the caches of them, are
/// made under what it says. `ssl_client_allow` and `ssl_client_deny` are no part of it: they are asked for each request.
struct ClientPolicy: Hashable, Sendable {
  var mode = VerifyClient.off
  var failure = VerifyClientFailure.respond
  var depth = 0
  var profile = VerifyProfile.compatible
  var chainLimit = 0
  /// Of the server, then of each policy of its locations.
  var authorities: [[String]] = []
  var trusted: String?
  var crls: [String] = []
  var crlCheck = RevocationCheck.chain
  var crlGrace = Duration.zero
  /// Hosts whose CRLs are fetched where certificates name them; `nil` where none are.
  var crlHosts: [String]?
  var crlServerAuthorities: String?
  var ocsp = OCSPCheck.off
  var ocspResponder: String?
  var ocspHosts: [String] = []
  var ocspFailure = OCSPFailureChoice.refuse
  /// Connections end with the trust in their client.
  var disconnects = false

  /// Where no client is asked for a certificate, nothing else matters.
  init() {}

  init(_ tls: TLSSettings, locations: LocationTrust) {
    guard tls.verifyClient != .off else { return }
    mode = tls.verifyClient
    failure = tls.verifyClientFailure
    depth = tls.verifyDepth
    profile = tls.verifyProfile
    chainLimit = tls.verifyChainLimit
    authorities = [tls.clientTrust.key] + locations.policies.map(\.setting.key)
    trusted = tls.trustedCertificate?.path
    crls = tls.crl.map(\.path)
    crlCheck = tls.crlCheck
    crlGrace = tls.crlGrace
    crlHosts = tls.crlDistributionPoints ? tls.crlHosts : nil
    crlServerAuthorities = tls.crlTrustedCertificate?.path
    ocsp = tls.ocsp
    ocspResponder = tls.ocspResponder
    ocspHosts = tls.ocspHosts
    ocspFailure = tls.ocspFailure
    disconnects = tls.revocationDisconnect
  }

  var verifies: Bool { mode != .off }

  /// What chains are verified by.
  var verification: VerificationPolicy {
    VerificationPolicy(
      purpose: .client, maximumDepth: depth, maximumCertificates: chainLimit, revocation: revocation,
      crlGrace: crlGrace, profile: VerifierProfile(profile))
  }

  private var revocation: RevocationMode {
    if crls.isEmpty, crlHosts == nil { return .off }
    return crlCheck == .leaf ? .leaf : .chain
  }

  /// SHA-256 of every field: equal for equal policies, in every process.
  var digest: [UInt8] {
    var hasher = PolicyHasher()
    hasher.add(fieldsOf: self)
    hasher.add(verification.fingerprint)
    return hasher.finalize()
  }
}
