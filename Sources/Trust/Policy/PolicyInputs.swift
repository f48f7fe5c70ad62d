import PKI

/// The inputs of RFC 5280 §6.1.1 (c), (e), (f) and (g).
public struct PolicyInputs: Hashable, Sendable, CustomStringConvertible {
  /// user-initial-policy-set; empty means any-policy.
  public var acceptable: Set<OID>
  public var requiresExplicitPolicy: Bool
  public var inhibitsPolicyMapping: Bool
  public var inhibitsAnyPolicy: Bool

  public init(
    acceptable: Set<OID> = [], requiresExplicitPolicy: Bool = false, inhibitsPolicyMapping: Bool = false,
    inhibitsAnyPolicy: Bool = false
  ) {
    self.acceptable = acceptable
    self.requiresExplicitPolicy = requiresExplicitPolicy
    self.inhibitsPolicyMapping = inhibitsPolicyMapping
    self.inhibitsAnyPolicy = inhibitsAnyPolicy
  }

  /// The same in every process.
  public var description: String {
    let oids = acceptable.map { "\($0)" }.sorted().joined(separator: ",")
    return "\(oids) \(requiresExplicitPolicy) \(inhibitsPolicyMapping) \(inhibitsAnyPolicy)"
  }
}
