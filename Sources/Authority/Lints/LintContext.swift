import Cryptography
import PKI

/// What lints look at: the certificate about to be signed and the CAs above it.
struct LintContext {
  let draft: CertificateDraft
  /// The signing CA first, the root last.
  let chain: [Certificate]
  let now: UnixTime
  /// A certificate of this key was revoked for keyCompromise or cACompromise.
  let isKeyCompromised: Bool
  /// Other valid certificates that share a name with the draft.
  var holders: [NameHolder] = []
  /// Those of the chain that are revoked or on hold.
  var withdrawnIssuers: [WithdrawnIssuer] = []

  var issuer: Certificate? { chain.first }
}

/// One rule that certificates of this CA obey. Lints see the draft; the first error keeps it from being signed.
struct Lint: Sendable {
  let name: String
  let clause: String
  /// Calls back once for each fault.
  let check: @Sendable (LintContext, (LintFinding.Severity, String) -> Void) -> Void

  func findings(_ context: LintContext) -> [LintFinding] {
    var findings: [LintFinding] = []
    check(context) {
      findings.append(LintFinding(severity: $0, lint: name, message: VisibleText.escaped($1), clause: clause))
    }
    return findings
  }
}

enum Lints {
  static let all: [Lint] = [
    .issuerIsAuthority, .issuerPathLength, .issuerValidity, .validity, .keyStrength, .keyOfProfile, .keyReuse,
    .subjectPresence, .subjectAttributes, .subjectEmail, .alternativeNamePresence, .dnsSyntax, .emailSyntax, .uriSyntax,
    .nameConstraints, .nameHolders, .issuerRevocation,
  ]

  static func findings(_ context: LintContext) -> [LintFinding] { all.flatMap { $0.findings(context) } }
}
