import PKI

extension RevocationReason {
  /// Every name of RFC 5280 §5.3.1, for help and errors.
  public static var allNames: [String] { allCases.map(\.name) }
}
