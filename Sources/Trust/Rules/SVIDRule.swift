import PKI

/// Who may vouch for a leaf where trust domains have bundles (X509-SVID §5): a SPIFFE ID only its own domain's authorities,
/// anything else only the other CAs.
enum SVIDRule {
  enum Jurisdiction {
    /// No SPIFFE ID, or no bundle to ask: the CAs of the snapshot itself.
    case authorities
    case domain(TrustSnapshot)
    case nobody(Refusal)
  }

  static func jurisdiction(over leaf: ExaminedCertificate, in snapshot: TrustSnapshot) -> Jurisdiction {
    if snapshot.domains.isEmpty { return .authorities }
    let uris = (leaf.facts.subjectAlternativeName ?? []).compactMap { if case .uri(let uri) = $0 { uri } else { nil } }
    guard uris.contains(where: SPIFFEID.isClaimed) else { return .authorities }
    func refuse(_ rule: Rule, _ detail: String) -> Jurisdiction {
      .nobody(Refusal(rule: rule, depth: 0, certificate: leaf.certificate, detail: detail))
    }
    // §2: more than one URI makes it no SVID, of whatever scheme the other is.
    guard uris.count == 1, let uri = uris.first else { return refuse(.malformedSVID, "\(uris.count) URIs") }
    guard let id = SPIFFEID(uri) else { return refuse(.malformedSVID, "no SPIFFE ID") }
    if let reason = obstacle(leaf, id) { return refuse(.malformedSVID, reason) }
    guard let domain = snapshot.domains[id.trustDomain] else {
      return refuse(.unknownTrustDomain, "trust domain \(id.trustDomain)")
    }
    return .domain(domain)
  }

  /// What makes it no leaf SVID (§4.1, §4.3, §5.2). A keyUsage that is absent allows everything, as in RFC 5280.
  private static func obstacle(_ leaf: ExaminedCertificate, _ id: SPIFFEID) -> String? {
    if id.path.isEmpty { return "a SPIFFE ID without a path" }
    if leaf.facts.basicConstraints?.isCA == true { return "a CA's certificate" }
    guard let usage = leaf.facts.keyUsage else { return nil }
    if usage.contains(.keyCertSign) { return "keyUsage with keyCertSign" }
    if usage.contains(.cRLSign) { return "keyUsage with cRLSign" }
    return usage.contains(.digitalSignature) ? nil : "keyUsage without digitalSignature"
  }
}

extension VerificationPolicy {
  /// SPIFFE authorities issue certificates of short lives and no CRLs: one that is there counts, none is demanded.
  var underTrustDomain: VerificationPolicy {
    var policy = self
    if revocation != .off { policy.revocation = .ifPresent }
    return policy
  }
}
