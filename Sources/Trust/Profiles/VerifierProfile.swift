/// What is asked of a chain beyond RFC 5280 §6: how its certificates and CRLs were made.
public enum VerifierProfile: String, Hashable, Sendable, CaseIterable {
  /// What sound PKIs make every day is put up with.
  case compatible
  /// Whatever RFC 5280 §4 and §5 ask of a conforming CA is insisted on; of servers the CA/Browser Forum's profile too.
  case strict
}
