import TLSEngine

/// A server's delegate that answers as told and remembers what it was asked.
final class ServerSide: TLSServerDelegate {
  var contexts: [String: TLSServerContext] = [:]
  var fallback: TLSServerContext?
  var decision = PeerDecision.accept
  var resumes = true
  var judged: [[[UInt8]]] = []
  var unread = 0
  var offered: [ResumableSession] = []
  var names: [[UInt8]?] = []

  init(_ fallback: TLSServerContext?) { self.fallback = fallback }

  func contextForServerName(_ name: [UInt8]?) -> TLSServerContext? {
    names.append(name)
    return name.flatMap { contexts[String(decoding: $0, as: UTF8.self)] } ?? fallback
  }

  func verifyPeer(_ chain: [[UInt8]], connection: TLSConnection) -> PeerDecision {
    judged.append(chain)
    unread = connection.unreadPeerCertificates
    return decision
  }

  func mayResume(_ session: ResumableSession) -> Bool {
    offered.append(session)
    return resumes
  }
}

/// A client's delegate that answers as told.
final class ClientSide: TLSClientDelegate {
  var decision = PeerDecision.accept
  var judged: [[[UInt8]]] = []
  var unread = 0

  func verifyPeer(_ chain: [[UInt8]], connection: TLSConnection) -> PeerDecision {
    judged.append(chain)
    unread = connection.unreadPeerCertificates
    return decision
  }
}
