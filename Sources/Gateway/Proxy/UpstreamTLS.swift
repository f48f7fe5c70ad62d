import ConfigModel
import ConfigSyntax
import TLSEngine
import Transport

/// `proxy_ssl_*`: how the gateway speaks TLS to an upstream.
final class UpstreamTLS: Sendable {
  private let context: TLSClientContext
  /// `nil` where the context has its certificate.
  private let certificates: UpstreamCertificates?
  private let name: CompiledTemplate?
  private let sendsServerName: Bool
  private let reusesSessions: Bool
  private let verification: UpstreamVerification?

  /// - Throws: a file that can't be read, a key that does not open, settings the engine refuses.
  init(_ settings: ProxyTLSSettings, compile: CompileContext) throws(Diagnostic) {
    name = try settings.name.map { value throws(Diagnostic) in try compile.template(value) }
    sendsServerName = settings.serverName
    reusesSessions = settings.sessionReuse
    verification = settings.verify ? try UpstreamVerification(settings, revocationFiles: compile.revocationFiles) : nil
    let passphrases = try UpstreamCredentials.passphrases(settings)
    var configuration = TLSClientConfiguration(
      credentials: try UpstreamCredentials.load(settings, passphrases: passphrases))
    if let range = TLSVersion.newestRange(of: Set(settings.protocols.compactMap(\.version))) {
      configuration.minimumVersion = range.lowerBound
      configuration.maximumVersion = range.upperBound
    }
    configuration.cipherList = settings.ciphers
    configuration.groups = settings.commands.groups
    configuration.tls13CipherList = settings.commands.ciphersuites
    configuration.signatureAlgorithms = settings.commands.clientSignatureAlgorithms
    configuration.peerSignatureAlgorithms = settings.commands.signatureAlgorithms
    configuration.verifiesPeer = verification != nil
    if let log = try KeyLogFile(settings.keyLog) { configuration.keyLog = { log.append($0) } }
    do throws(TLSConfigurationError) {
      context = try TLSClientContext(configuration)
    } catch {
      throw Diagnostic(
        "\(error)", at: settings.commands.position ?? settings.$ciphers.position ?? settings.$certificate.position)
    }
    certificates = try UpstreamCertificates(settings, base: context, passphrases: passphrases, compile: compile)
  }

  /// With whose certificate a request's connection is made: now, or later on its event loop (`nil`).
  func context(
    for request: Request, completion: @escaping (Result<TLSClientContext, CredentialFailure>) -> Void
  ) -> Result<TLSClientContext, CredentialFailure>? {
    guard let certificates else { return .success(context) }
    return certificates.context(for: request, completion: completion)
  }

  /// The name to verify and to send: `proxy_ssl_name`, else the upstream's own, without port; `nil` where neither is done.
  func name(for request: Request, host: [UInt8]) -> String? {
    guard sendsServerName || verification != nil else { return nil }
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
      context: key.tls?.context ?? context, serverName: sendsServerName ? key.serverName : nil, sessionKey: session,
      delegate: judge)
  }

  func judge(for key: UpstreamConnection.Key) -> UpstreamJudge {
    UpstreamJudge(verification: verification, name: key.serverName ?? "")
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
