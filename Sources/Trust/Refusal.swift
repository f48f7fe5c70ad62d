import PKI

/// Why a chain is refused: the rule, the certificate that breaks it and the facts.
public struct Refusal: Hashable, Sendable {
  public let rule: Rule
  /// Position in the path, 0 is the leaf.
  public let depth: Int
  /// The certificate at fault, nil when it could not be read.
  public let certificate: Certificate?
  /// The facts for an operator, such as `notAfter 2026-01-01T00:00:00Z`; may be empty.
  public let detail: String

  public init(rule: Rule, depth: Int, certificate: Certificate?, detail: String = "") {
    self.rule = rule
    self.depth = depth
    self.certificate = certificate
    self.detail = detail
  }

  public var subject: DistinguishedName? { certificate?.subject }
  public var serial: SerialNumber? { certificate?.serialNumber }
  /// What follows `FAILED:` in `$ssl_client_verify`.
  public var opensslText: String { rule.opensslText }
  public var alert: RefusalAlert { rule.alert }
}
