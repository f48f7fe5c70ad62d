import Trust

extension Verdict {
  var isVerified: Bool { false }
  var isMerelyUntrusted: Bool { false }
  var refusalText: String { "" }
}
