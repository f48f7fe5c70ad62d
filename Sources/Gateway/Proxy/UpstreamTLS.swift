import ConfigModel
import ConfigSyntax
import Synchronization
import TLSEngine
import Transport

/// `proxy_ssl_*`: how the gateway speaks TLS to an upstream, by what its files hold.
final class UpstreamTLS: TrustConsumer {
  /// A class, so that a request's look at it costs one reference.
  private final class State: Sendable {
    let context: TLSClientContext
    let verification: UpstreamVerification?

    init(_ context: TLSClientContext, _ verification: UpstreamVerification?) {
      self.context = context
      self.verification = verification
    }
  }

  let intake: TrustIntake
  private let settings: ProxyTLSSettings
  private let feeds: UpstreamFeeds
  private let keyLog: KeyLogFile?
  private let state: Mutex<State>
  /// `nil` where the context has its certificate.
  private let certificates: UpstreamCertificates?
  private let name: CompiledTemplate?
  private let sendsServerName: Bool
  private let reusesSessions: Bool

  /// - Throws: a file that can't be read, a key that does not open, settings the engine refuses.
  init(_ settings: ProxyTLSSettings, compile: CompileContext) throws(Diagnostic) {
    self.settings = settings
    name = try settings.name.map { value throws(Diagnostic) in try compile.template(value) }
    sendsServerName = settings.serverName
    reusesSessions = settings.sessionReuse
    feeds = try UpstreamFeeds(settings, revocationFiles: compile.revocationFiles)
    intake = feeds.intake
    keyLog = try KeyLogFile(settings.keyLog)
    state = Mutex(try Self.state(settings, feeds, keyLog))
    certificates = try UpstreamCertificates(settings, passphrases: feeds.passphrases, compile: compile)
  }

  var revocationSources: Set<String> { Set(feeds.lists?.files ?? []) }

  /// Another context, whatever changed: connections that were made under the one before, and its sessions, are not used
  /// again.
  func compose() throws(Diagnostic) {
    let fresh = try Self.state(settings, feeds, keyLog)
    state.withLock { $0 = fresh }
  }

  private static func state(
    _ settings: ProxyTLSSettings, _ feeds: UpstreamFeeds, _ keyLog: KeyLogFile?
  ) throws(Diagnostic) -> State {
    let verification = feeds.authorities.map { authorities in
      UpstreamVerification(
        settings, authorities: authorities.value,
        lists: LoadedRevocationLists([feeds.lists?.value].compactMap { $0 }))
    }
    var configuration = configuration(settings)
    configuration.credentials = [feeds.pair?.value].compactMap { $0 }
    configuration.verifiesPeer = verification != nil
    if let keyLog { configuration.keyLog = { keyLog.append($0) } }
    do throws(TLSConfigurationError) {
      return State(try TLSClientContext(configuration), verification)
    } catch {
      throw Diagnostic(
        "\(error)", at: settings.commands.position ?? settings.$ciphers.position ?? settings.$certificate.position)
    }
  }

  private static func configuration(_ settings: ProxyTLSSettings) -> TLSClientConfiguration {
    var configuration = TLSClientConfiguration()
    if let range = TLSVersion.newestRange(of: Set(settings.protocols.compactMap(\.version))) {
      configuration.minimumVersion = range.lowerBound
      configuration.maximumVersion = range.upperBound
    }
    configuration.cipherList = settings.ciphers
    configuration.groups = settings.commands.groups
    configuration.tls13CipherList = settings.commands.ciphersuites
    configuration.signatureAlgorithms = settings.commands.clientSignatureAlgorithms
    configuration.peerSignatureAlgorithms = settings.commands.signatureAlgorithms
    return configuration
  }

  /// With whose certificate a request's connection is made: now, or later on its event loop (`nil`).
  func context(
    for request: Request, completion: @escaping (Result<TLSClientContext, CredentialFailure>) -> Void
  ) -> Result<TLSClientContext, CredentialFailure>? {
    let context = state.withLock { $0.context }
    guard let certificates else { return .success(context) }
    return certificates.context(for: request, base: context, completion: completion)
  }

  /// The name to verify and to send: `proxy_ssl_name`, else the upstream's own, without port; `nil` where neither is done.
  func name(for request: Request, host: [UInt8]) -> String? {
    guard sendsServerName || settings.verify else { return nil }
    let text = name.map { request.evaluate($0) } ?? host
    let end = Self.portColon(text) ?? text.endIndex
    return Array(text[..<end]).asText
  }

  private static func portColon(_ text: [UInt8]) -> Int? {
    let start = text.first == UInt8(ascii: "[") ? text.firstIndex(of: UInt8(ascii: "]")) ?? 0 : 0
    return text[start...].firstIndex(of: UInt8(ascii: ":"))
  }

  /// What a new connection says; `judge` hears the server's certificates and must live as long as the connection.
  func offer(for key: UpstreamConnection.Key, judge: UpstreamJudge) -> TLSClientOffer {
    let session = reusesSessions ? "\(key.address.name) \(key.serverName ?? "")" : nil
    return TLSClientOffer(
      context: key.tls?.context ?? state.withLock { $0.context }, serverName: sendsServerName ? key.serverName : nil,
      sessionKey: session,
      delegate: judge)
  }

  func judge(for key: UpstreamConnection.Key) -> UpstreamJudge {
    UpstreamJudge(verification: state.withLock { $0.verification }, name: key.serverName ?? "")
  }
}

extension TLSProtocolName {
  /// `nil` for versions that nobody speaks any more.
  fileprivate var version: TLSVersion? {
    switch self {
    case .ssl2, .ssl3: nil
    case .tls1: .tls1_0
    case .tls1_1: .tls1_1
    case .tls1_2: .tls1_2
    case .tls1_3: .tls1_3
    }
  }
}
