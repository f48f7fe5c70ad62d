import PKI
import Trust
import TrustFeeds

/// One certificate to be judged, with everything the judgement rests on.
struct VerificationCase {
  var certificate: [UInt8]
  var untrusted: [[UInt8]] = []
  var trust: [[UInt8]] = []
  var crls: [[UInt8]] = []
  /// The authorities of SPIFFE trust domains.
  var bundles: [String: [Certificate]] = [:]
  var policy = VerificationPolicy(
    purpose: .any, maximumDepth: defaultDepth, maximumCertificates: .max, algorithms: .legacy, allowance: .thorough)
  var now = UnixTime.current

  /// Enough for any hierarchy there is; hostile ones are bounded by the verifier's budget.
  static let defaultDepth = 20

  init(certificate: [UInt8]) { self.certificate = certificate }

  enum Judged {
    case verdict(Verdict)
    /// What the judgement rests on is damaged: which, and how.
    case damaged(rule: String, detail: String)
  }

  /// Every certificate of `trust` is an anchor, self-signed or not.
  func judge() -> Judged {
    var anchors: [Certificate] = []
    for (position, der) in trust.enumerated() {
      do throws(PKIError) {
        anchors.append(try Certificate(der: der))
      } catch { return .damaged(rule: Rule.malformedCertificate.rawValue, detail: "trust \(position + 1): \(error)") }
    }
    let index: CRLIndex?
    do throws(CRLIndexError) {
      index = crls.isEmpty ? nil : try CRLIndex(der: crls)
    } catch { return .damaged(rule: "malformedCRL", detail: "CRL \(error.position + 1): \(error.reason)") }
    let domains = bundles.mapValues { TrustSnapshot(generation: 1, anchors: $0, crls: index) }
    let verifier = Verifier(
      snapshot: TrustSnapshot(generation: 1, anchors: anchors, crls: index, domains: domains), policy: policy,
      remembered: 1)
    return .verdict(verifier.verdict(on: PresentedChain([certificate] + untrusted), at: now))
  }

  /// - Throws: `UsageError` for a value that is not understood.
  mutating func set(
    purpose: String, at moment: String?, host: String?, address: String?, email: String?
  ) throws(UsageError) {
    guard let purpose = Purpose(rawValue: purpose) else {
      throw UsageError("purpose \"\(purpose)\" is not known; known: client, server, any")
    }
    policy.purpose = purpose
    // No handshake will use it: nothing is gained by refusing what other tools only warn of.
    policy.algorithms = purpose == .any ? .legacy : .standard
    if let moment {
      guard let time = UnixTime(rfc3339: moment) else {
        throw UsageError("\"\(moment)\" is no time; accepted: 2026-11-21T12:00:00Z")
      }
      now = time
    }
    policy.identity = try Self.identity(host: host, address: address, email: email)
  }

  /// - Throws: `UsageError` for a profile that there is not.
  mutating func set(profile name: String) throws(UsageError) {
    guard let profile = VerifierProfile(rawValue: name) else {
      throw UsageError("profile \"\(name)\" is not known; known: compatible, strict")
    }
    policy.profile = profile
    policy.publicSuffixes = PublicSuffixFile.list(for: profile, purpose: policy.purpose)
  }

  private static func identity(host: String?, address: String?, email: String?) throws(UsageError) -> ReferenceIdentity?
  {
    guard [host, address, email].count(where: { $0 != nil }) <= 1 else {
      throw UsageError("host, ip and email exclude each other")
    }
    if let host {
      let bare = host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host[...]
      return IPAddressText.octets(bare).map { .address($0) } ?? .host(host)
    }
    if let email { return .email(email) }
    guard let address else { return nil }
    guard let octets = IPAddressText.octets(address) else { throw UsageError("\"\(address)\" is no IP address") }
    return .address(octets)
  }

  /// - Throws: `UsageError` for a negative number.
  mutating func set(depth: Int) throws(UsageError) {
    guard depth >= 0 else { throw UsageError("depth \(depth) is negative; accepted: 0 and more") }
    policy.maximumDepth = depth
  }

  /// - Throws: `UsageError` for what is no OID.
  mutating func set(policies: [String]) throws(UsageError) {
    for text in policies {
      guard let oid = OID(text) else { throw UsageError("policy \"\(text)\" is no OID; accepted: 1.3.6.1.4.1.1") }
      policy.policies.acceptable.insert(oid)
    }
  }
}
