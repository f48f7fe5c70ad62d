import NIOCore
import TLSEngine
import Transport
import Trust

/// What is known of a client's connection: addresses, TLS facts, the verdict on its certificate.
///
/// Made when the connection is accepted, completed by the handshake, shared by all its requests; confined to its event loop.
final class ClientConnection {
  /// `$connection`.
  let number: UInt64
  let remoteAddress: SocketAddress
  let localAddress: SocketAddress
  let listener: ListenerRuntime
  let counters: ConnectionCounters
  /// For `$connection_time`.
  let acceptedAt = NIODeadline.now()
  /// What a proxy in front said of the client; `nil` where none did.
  var proxyProtocol: ProxyProtocolHeader?
  /// The server that the handshake was for: by SNI, or the listener's default.
  var server: ServerRuntime
  /// `nil` on a plain connection.
  var tls: TLSSessionFacts? { didSet { isTLS = tls != nil } }
  /// Asked by every request, which need not copy the facts for it.
  private(set) var isTLS = false
  /// What the server's policy says of the client.
  var standing = ClientStanding()
  /// What the policies of its locations say, as far as they were asked; empty where no location has one.
  var locationStandings: [PolicyID: ClientStanding] = [:]
  /// Tells the connection when the trust in its client ends; `nil` where nothing is to be told.
  var trustWatch: TrustWatch?

  /// What `BodyCollector`s hold, in bytes.
  var collectedBytes = 0
  /// Files that responses are read from.
  var openFiles = 0

  /// The Host of the last request, and what it led to: most requests of a connection name the same.
  private(set) var lastHost: KnownHost?

  /// `$remote_addr`: numeric, without the port; `unix:` for a local socket.
  private(set) lazy var remoteText = remoteAddress.textWithoutPort
  /// `$server_addr`.
  private(set) lazy var localText = localAddress.textWithoutPort + Array((localAddress.pathname ?? "").utf8)

  init(
    number: UInt64, remoteAddress: SocketAddress, localAddress: SocketAddress, listener: ListenerRuntime,
    counters: ConnectionCounters = ConnectionCounters()
  ) {
    self.counters = counters
    self.number = number
    self.remoteAddress = remoteAddress
    self.localAddress = localAddress
    self.listener = listener
    self.server = listener.defaultServer
  }

  /// The verdict of the server's policy on the client's certificate; `nil` where none was asked for or none was sent.
  var verdict: Verdict? {
    get { standing.verdict }
    set { take(newValue, from: standing.judge) }
  }

  /// Remembers what a policy says now.
  func take(_ verdict: Verdict?, from judge: Verifier?, under policy: PolicyID = .server) {
    switch policy {
    case .server: standing.take(verdict, from: judge)
    case .location: locationStandings[policy, default: ClientStanding()].take(verdict, from: judge)
    }
    if let trustWatch, let verdict, verdict.isVerified { trustWatch.follow(until: verdict.validUntil) }
  }

  func standing(under policy: PolicyID) -> ClientStanding {
    switch policy {
    case .server: standing
    case .location: locationStandings[policy] ?? ClientStanding()
    }
  }

  /// Not where server names are regular expressions: each request wants its groups.
  func remember(host text: [UInt8], _ name: HostName, _ server: ServerRuntime) {
    if !listener.hasPatterns { lastHost = KnownHost(text, name, server) }
  }
}

/// A Host and what it leads to.
final class KnownHost {
  let text: [UInt8]
  let name: HostName
  let server: ServerRuntime

  init(_ text: [UInt8], _ name: HostName, _ server: ServerRuntime) {
    self.text = text
    self.name = name
    self.server = server
  }
}

extension SocketAddress {
  var textWithoutPort: [UInt8] { Array((ipAddress ?? "unix:").utf8) }
}
