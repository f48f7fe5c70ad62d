import Trust

extension Verdict {
  /// Nothing is wrong but that no configured CA stands behind the certificate: what `optional_no_ca` lets pass.
  var isMerelyUntrusted: Bool {
    guard let refusal else { return false }
    return refusal.rule.isOnlyUntrusted && findings.allSatisfy { $0.rule.isOnlyUntrusted }
  }

  /// For the log.
  var refusalText: String {
    guard let refusal else { return "" }
    return refusal.detail.isEmpty ? refusal.opensslText : "\(refusal.opensslText): \(refusal.detail)"
  }
}
