import ConfigSyntax

extension Assembly {
  /// A location's own CAs mean nothing where the server asks for no certificate: each is reported once.
  func checkLocationTrust(_ http: HTTPBlock) {
    var reported: Set<SourcePosition> = []
    for server in http.servers {
      guard let obstacle = server.obstacleToCertificates else { continue }
      for trust in server.locations.flatMap(\.allClientTrust) where trust != server.tls.clientTrust {
        guard let position = trust.position, reported.insert(position).inserted else { continue }
        reading.report(
          Diagnostic(
            "\"\(trust.directive)\" stands in a location, but the server at \(server.position) \(obstacle)",
            at: position))
      }
    }
  }
}

extension ServerBlock {
  /// Why the server asks for no certificate, and what would change that.
  fileprivate var obstacleToCertificates: String? {
    if tls.verifyClient == .off {
      return "asks for no client certificate; write \"ssl_verify_client on\" or \"ssl_verify_client optional\" there"
    }
    if !listens.contains(where: \.isTLS) { return "does not listen with \"ssl\"; write \"listen … ssl\" there" }
    return nil
  }
}

extension LocationBlock {
  fileprivate var allClientTrust: [ClientTrustSetting] { [settings.clientTrust] + locations.flatMap(\.allClientTrust) }
}
