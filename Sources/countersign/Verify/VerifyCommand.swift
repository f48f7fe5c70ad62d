import ArgumentParser
import PKI
import Trust
import TrustFeeds

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Say what the gateway's verifier says of a certificate, and why.",
    discussion: """
      Exit codes: 0 valid, 1 refused, 2 bad input.

      Without --purpose the certificate is judged as a client's; with --host or --ip
      as a server's. With --crl every certificate below the anchor needs a CRL, as
      under ssl_crl. --profile strict asks what ssl_verify_profile strict does
      (docs/verifier-profiles.md), and of servers what the CA/Browser Forum asks
      too.

      --batch FILE (or - for standard input) reads one JSON object a line: id, cert
      (PEM), trust, untrusted, crl (lists of PEM), purpose, at, host | ip | email,
      depth, policy (list), require_explicit_policy, inhibit_any_policy,
      inhibit_policy_mapping, revocation (required | if-present | off), profile
      (compatible | strict). It prints one a line: id, verdict (valid | refused |
      error), rule, detail.
      """)

  @Option(name: .long, parsing: .upToNextOption, help: ArgumentHelp("Trust anchors, PEM or DER.", valueName: "file"))
  var trust: [String] = []

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Certificates that may help to build a path.", valueName: "file"))
  var untrusted: [String] = []

  @Option(
    name: .long, parsing: .upToNextOption, help: ArgumentHelp("CRLs: files or directories.", valueName: "file"))
  var crl: [String] = []

  @Option(
    name: .customLong("spiffe-bundle"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Bundles of SPIFFE trust domains, which alone vouch for SPIFFE IDs then, as ssl_client_spiffe_bundle has it.",
      valueName: "domain=file"))
  var spiffeBundles: [String] = []

  @OptionGroup var rules: VerifyRules

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: ArgumentHelp("Judge many certificates, one JSON object a line.", valueName: "file"))
  var batch: String?

  @Argument(help: ArgumentHelp("The certificate; further ones in the file count as --untrusted.", valueName: "cert"))
  var certificate: String?

  func run() throws {
    if let batch {
      guard certificate == nil else { throw UsageError("--batch and a certificate exclude each other") }
      return try BatchVerification.run(batch)
    }
    guard let certificate else { throw UsageError("a certificate is missing; see countersign verify --help") }
    guard !trust.isEmpty || !spiffeBundles.isEmpty else {
      throw UsageError("--trust is missing: at least one file with trust anchors")
    }
    let judged = try VerificationCase(self, certificate: certificate).judge()
    let report = VerificationReport(judged)
    print(json ? JSONText.of(report) : report.text)
    guard report.verdict == .valid else { throw ExitCode(ExitStatus.refused) }
  }
}

/// What is asked of the certificate.
struct VerifyRules: ParsableArguments {
  @Option(help: "client, server or any.")
  var purpose: String?

  @Option(help: "compatible or strict: how much is asked of those who issue.")
  var profile = VerifierProfile.compatible.rawValue

  @Option(help: ArgumentHelp("The moment of the verdict instead of now.", valueName: "rfc3339"))
  var at: String?

  @Option(help: ArgumentHelp("The DNS name the certificate must carry.", valueName: "name"))
  var host: String?

  @Option(name: .customLong("ip"), help: ArgumentHelp("The address it must carry.", valueName: "addr"))
  var address: String?

  @Option(help: ArgumentHelp("The mailbox it must carry.", valueName: "addr"))
  var email: String?

  @Option(help: ArgumentHelp("Intermediate CAs allowed, as ssl_verify_depth counts.", valueName: "n"))
  var depth = VerificationCase.defaultDepth

  @Option(
    name: .customLong("policy"), parsing: .upToNextOption,
    help: ArgumentHelp("Acceptable certificate policies.", valueName: "oid"))
  var policies: [String] = []

  @Flag(name: .customLong("require-explicit-policy"), help: "The path must be valid for a policy.")
  var requiresExplicitPolicy = false

  @Flag(name: .customLong("inhibit-any-policy"), help: "anyPolicy counts for nothing.")
  var inhibitsAnyPolicy = false

  @Flag(name: .customLong("inhibit-policy-mapping"), help: "Policies are not mapped.")
  var inhibitsPolicyMapping = false
}

extension VerificationCase {
  fileprivate init(_ command: VerifyCommand, certificate: String) throws {
    let rules = command.rules
    let chain = try Self.reading { () throws(TrustFileError) in try TrustFile.certificates(at: certificate) }
    self.init(certificate: chain[0].der)
    untrusted = chain.dropFirst().map(\.der)
    for file in command.untrusted {
      untrusted += try Self.reading { () throws(TrustFileError) in try TrustFile.certificates(at: file) }.map(\.der)
    }
    for file in command.trust {
      trust += try Self.reading { () throws(TrustFileError) in try TrustFile.certificates(at: file) }.map(\.der)
    }
    for file in command.crl {
      crls += try Self.reading { () throws(TrustFileError) in try TrustFile.revocationLists(at: file) }
    }
    for bundle in command.spiffeBundles { try add(bundle: bundle) }
    try set(
      purpose: rules.purpose ?? (rules.host != nil || rules.address != nil ? "server" : "client"), at: rules.at,
      host: rules.host, address: rules.address, email: rules.email)
    try set(profile: rules.profile)
    try set(policies: rules.policies)
    try set(depth: rules.depth)
    policy.policies.requiresExplicitPolicy = rules.requiresExplicitPolicy
    policy.policies.inhibitsAnyPolicy = rules.inhibitsAnyPolicy
    policy.policies.inhibitsPolicyMapping = rules.inhibitsPolicyMapping
    policy.revocation = crls.isEmpty ? .off : .chain
  }

  /// - Parameter bundle: `DOMAIN=FILE`.
  private mutating func add(bundle: String) throws {
    let parts = bundle.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw UsageError("\"\(bundle)\" is no bundle; accepted: DOMAIN=FILE, as prod.example=bundle.json")
    }
    let read = try Self.reading { () throws(TrustFileError) in try SPIFFEBundle(at: parts[1]) }
    bundles[parts[0].lowercased(), default: []] += read.authorities
  }

  private static func reading<R>(_ body: () throws(TrustFileError) -> R) throws(UsageError) -> R {
    do throws(TrustFileError) { return try body() } catch { throw UsageError("\(error)") }
  }
}
