/// A check of the access phase: rules on addresses, passwords, subrequests.
protocol AccessCheck: Sendable {
  /// - Parameter admission: for those who answer themselves.
  func decide(_ request: Request, _ admission: Admission) -> AccessDecision
}

enum AccessDecision {
  /// Nothing against it.
  case pass
  /// The request has been answered, or will be.
  case answered
  /// `Request.resumePhases()` will follow on the same event loop.
  case pending
}
