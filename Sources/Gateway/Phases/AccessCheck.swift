/// A check of the access phase: rules on addresses, passwords, subrequests.
protocol AccessCheck: Sendable {
  func decide(_ request: Request) -> AccessDecision
}

enum AccessDecision {
  /// Nothing against it.
  case pass
  /// The request has been answered, or will be.
  case answered
  /// `Request.resumePhases()` will follow on the same event loop.
  case pending
}
