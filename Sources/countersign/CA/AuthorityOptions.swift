import ArgumentParser
import Authority
import Cryptography
import PKI

/// What a root and an intermediate have in common.
struct AuthorityOptions: ParsableArguments {
  @Option(help: "Key type: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096.")
  var key = "p256"

  @Option(
    name: .customLong("permit"), parsing: .singleValue,
    help: ArgumentHelp(
      "Name constraint: only names below it. dns:example.com, ip:10.0.0.0/8, email:example.com, uri:.example.com, dn:/O=Example. Repeatable.",
      valueName: "subtree"))
  var permitted: [String] = []

  @Option(
    name: .customLong("exclude"), parsing: .singleValue,
    help: ArgumentHelp("Name constraint: no names below it. Repeatable.", valueName: "subtree"))
  var excluded: [String] = []

  @Option(
    name: [.customLong("crl-lifetime"), .customLong("crl-days")],
    help: ArgumentHelp("How long a CRL of this CA is good for: 30d, 12h.", valueName: "time"))
  var crlLifetime = Lifetime(days: 30)

  @OptionGroup var urls: ServiceURLOptions

  @Flag(help: "Where a key file is in the way, keep it under a dated name.")
  var force = false

  @Option(help: ArgumentHelp("A reason for the audit log.", valueName: "text"))
  var why = ""

  @OptionGroup var passphrase: NewPassphraseOptions

  func request(subject: String, lifetime: Lifetime, pathLength: Int?, keyPath: String) throws -> AuthorityRequest {
    let crlLifetime = try crlLifetime.checked(asCRLOf: "--crl-lifetime")
    if let pathLength, !(0...100).contains(pathLength) {
      throw UsageError("--path-length \(pathLength) is not possible; accepted: 0 to 100")
    }
    let subject = try ArgumentValues.subject(subject)
    let keyType = try ArgumentValues.keyType(key)
    let (permitted, excluded) = (
      try permitted.map { try ConstrainedName($0) }, try excluded.map { try ConstrainedName($0) }
    )
    var request = AuthorityRequest(subject: subject, protection: try passphrase.protection(for: keyPath))
    request.keyType = keyType
    request.lifetime = lifetime.seconds
    request.pathLength = pathLength
    request.permitted = permitted
    request.excluded = excluded
    request.crlLifetime = crlLifetime
    request.urls = try urls.checked()
    request.force = force
    request.why = why
    return request
  }
}
