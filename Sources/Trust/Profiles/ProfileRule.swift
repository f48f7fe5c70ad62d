import PKI

/// One demand on those who issue certificates and CRLs: a row of docs/verifier-profiles.md.
public struct ProfileRule: Sendable {
  /// What the detail of a refusal begins with.
  public let id: String
  /// Where the demand is written.
  public let clause: String
  public let demand: String
  /// How `compatible` refuses what breaks the demand; nil where it puts up with it.
  public let compatible: Rule?
  /// How `strict` refuses it.
  public let strict: Rule
  let check: Check

  enum Check: Sendable {
    /// One of the rules that hold in both profiles asks.
    case everywhere
    /// What is wrong with a certificate; nil for nothing.
    case certificate(@Sendable (ProfiledCertificate) -> String?)
    case list(@Sendable (RevocationListHead) -> String?)
  }

  /// Held in both profiles.
  init(_ id: String, _ clause: String, _ demand: String, everywhere rule: Rule) {
    (self.id, self.clause, self.demand) = (id, clause, demand)
    (compatible, strict, check) = (rule, rule, .everywhere)
  }

  /// Asked of each certificate of a path by `strict`.
  init(
    _ id: String, _ clause: String, _ demand: String, compatible: Rule? = nil,
    certificate check: @escaping @Sendable (ProfiledCertificate) -> String?
  ) {
    (self.id, self.clause, self.demand, self.compatible) = (id, clause, demand, compatible)
    (strict, self.check) = (.nonconforming, .certificate(check))
  }

  /// Asked of each certificate of a server's path by `strict`.
  init(
    _ id: String, _ clause: String, _ demand: String,
    server check: @escaping @Sendable (ProfiledCertificate) -> String?
  ) {
    (self.id, self.clause, self.demand, compatible) = (id, clause, demand, nil)
    (strict, self.check) = (.serverProfile, .certificate(check))
  }

  /// Asked of each CRL by `strict`.
  init(
    _ id: String, _ clause: String, _ demand: String, list check: @escaping @Sendable (RevocationListHead) -> String?
  ) {
    (self.id, self.clause, self.demand, compatible) = (id, clause, demand, nil)
    (strict, self.check) = (.crlNonconforming, .list(check))
  }

  /// Every rule, in the order of the documents.
  public static let all = certificateRules + extensionRules + authorityRules + listRules + serverRules

  func detail(_ fault: String) -> String { "\(id): \(fault) (\(clause))" }
}

/// A certificate where it stands in its path.
struct ProfiledCertificate {
  let examined: ExaminedCertificate
  let depth: Int
  /// The self-issued certificate at the end of the path: nothing above it has signed it.
  let isRoot: Bool
  /// The next in the path; a root itself.
  let issuer: ExaminedCertificate?
  let suffixes: PublicSuffixList?

  var certificate: Certificate { examined.certificate }
  var facts: ExtensionFacts { examined.facts }
  var isLeaf: Bool { depth == 0 }
  var isCA: Bool { facts.basicConstraints?.isCA == true || depth > 0 }
  /// The names of the leaf, and none where it has no subjectAltName.
  var names: [GeneralName] { facts.subjectAlternativeName ?? [] }

  /// Nil where there is no such extension.
  func isCritical(_ oid: OID) -> Bool? { certificate.extension(oid)?.critical }

  /// A fault where the extension is there and not critical.
  func fault(unlessCritical oid: OID) -> String? { isCritical(oid) == false ? "not critical" : nil }
}

/// Holds the certificates of a path, and the CRLs it rests on, against the profile.
enum ProfileCheck {
  private static let certificateChecks = ProfileRule.all.compactMap { rule in
    if case .certificate(let check) = rule.check { (rule, check) } else { nil }
  }
  private static let listChecks = ProfileRule.all.compactMap { rule in
    if case .list(let check) = rule.check { (rule, check) } else { nil }
  }

  static func check(_ path: CandidatePath, _ policy: VerificationPolicy, _ findings: inout [Refusal]) {
    guard policy.profile == .strict else { return }
    for depth in path.certificates.indices {
      let examined = path.certificates[depth]
      let subject = ProfiledCertificate(
        examined: examined, depth: depth,
        isRoot: path.isAnchored && depth == path.topDepth && examined.isSelfIssued, issuer: path.issuer(of: depth),
        suffixes: policy.publicSuffixes)
      for (rule, check) in certificateChecks where rule.strict != .serverProfile || policy.purpose == .server {
        guard let fault = check(subject) else { continue }
        findings.append(
          Refusal(rule: rule.strict, depth: depth, certificate: examined.certificate, detail: rule.detail(fault)))
      }
    }
  }

  /// The first demand that a CRL breaks.
  static func fault(of list: RevocationList, _ policy: VerificationPolicy) -> String? {
    guard policy.profile == .strict else { return nil }
    for (rule, check) in listChecks {
      if let fault = check(list.head) { return rule.detail(fault) }
    }
    return nil
  }
}
