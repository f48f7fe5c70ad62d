import PKI

/// Answers made already, good for one version of the ledger.
struct OCSPMemory {
  private(set) var snapshot: OCSPSnapshot?
  private var replies: [OCSPCertID: OCSPReply] = [:]

  /// About a kilobyte each.
  private static let mostReplies = 16_384

  /// Another version takes the place of this one, and every answer is forgotten.
  mutating func adopt(_ snapshot: OCSPSnapshot) {
    replies.removeAll()
    self.snapshot = snapshot
  }

  func reply(to certID: OCSPCertID, version: Int64, at now: UnixTime) -> OCSPReply? {
    guard snapshot?.version == version, let reply = replies[certID], reply.isFresh(at: now) else { return nil }
    return reply
  }

  mutating func remember(_ reply: OCSPReply, for certID: OCSPCertID, version: Int64) {
    guard snapshot?.version == version else { return }
    if replies.count >= Self.mostReplies { replies.removeAll() }
    replies[certID] = reply
  }
}
