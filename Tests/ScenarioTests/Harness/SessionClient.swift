import Foundation
import Testing

/// `openssl s_client` that keeps its session in a file and offers it again.
struct SessionClient: Sendable {
  /// How the server lets a session come back.
  enum Means: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case identifier12 = "TLS 1.2 session ID"
    case ticket12 = "TLS 1.2 ticket"
    case ticket13 = "TLS 1.3 ticket"
    case identifier13 = "TLS 1.3 ticket that is a key of the cache"

    var testDescription: String { rawValue }
    var usesTickets: Bool { self == .ticket12 || self == .ticket13 }
    fileprivate var options: [String] {
      switch self {
      case .identifier12: ["-tls1_2", "-no_ticket"]
      case .ticket12: ["-tls1_2"]
      case .ticket13, .identifier13: ["-tls1_3"]
      }
    }
    /// What makes the gateway keep sessions this way alone, in a cache and with ticket keys that all servers share.
    func directives(ticketKey: String) -> String {
      usesTickets
        ? "ssl_session_tickets on; ssl_session_ticket_key \(ticketKey); ssl_session_cache off;"
        : "ssl_session_tickets off; ssl_session_cache shared:all:1m;"
    }
  }

  struct Answer: CustomStringConvertible {
    var isResumed: Bool
    var status: Int
    /// The server's body.
    var body: String
    var whole: String
    var description: String { "resumed: \(isResumed), \(status) \(body)\n\(whole.suffix(400))" }
  }

  let scene: Scene
  let means: Means
  var session: String { scene.directory.file("session-\(means).pem") }

  /// Connects, keeps the session, and asks once.
  ///
  /// - Parameters:
  ///   - name: the SNI; none with `nil`.
  ///   - host: another name in `Host` than the SNI.
  @discardableResult
  func establish(
    _ name: String? = "a.example.com", host: String? = nil, port: Int = 0, as identity: Identity?
  ) throws -> Answer {
    try run(name, host ?? name, port, identity, ["-sess_out", session])
  }

  /// Offers the session that `establish` kept, and asks once.
  func offer(
    _ name: String? = "a.example.com", host: String? = nil, port: Int = 0, as identity: Identity?
  ) throws -> Answer {
    try run(name, host ?? name, port, identity, ["-sess_in", session])
  }

  private func run(
    _ name: String?, _ host: String?, _ port: Int, _ identity: Identity?, _ more: [String]
  ) throws -> Answer {
    var arguments = ["s_client", "-connect", "127.0.0.1:\(scene.ports[port])", "-ign_eof"]
    arguments += name.map { ["-servername", $0] } ?? ["-noservername"]
    arguments += ["-CAfile", scene.authority.certificate] + means.options + more
    if let identity { arguments += ["-cert", identity.certificate, "-key", identity.key] }
    if let above = identity?.intermediates { arguments += ["-cert_chain", above] }
    let request = "GET / HTTP/1.1\r\nHost: \(host ?? "a.example.com")\r\nConnection: close\r\n\r\n"
    let text = try Program.run("openssl", arguments, input: request, limit: 30).output
    let answer = text.range(of: "HTTP/1.1 ").map { text[$0.upperBound...] } ?? ""
    let body = answer.range(of: "\r\n\r\n").map { answer[$0.upperBound...] } ?? ""
    return Answer(
      isResumed: text.contains("\nReused, "), status: Int(answer.prefix(3)) ?? 0,
      body: String(body.prefix { !$0.isNewline }), whole: text)
  }
}
