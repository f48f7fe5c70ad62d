import ConfigSyntax

extension Assembly {
  /// CRLs can be taken only where there are files to keep them in and CAs to hold them against.
  func checkCRLPushes(_ http: HTTPBlock) {
    for server in http.servers {
      for position in server.locations.flatMap(\.crlPushes) {
        if server.tls.crl.isEmpty {
          reading.report(Diagnostic("no \"ssl_crl\" is defined for \"ssl_crl_push\"", at: position))
        } else if server.tls.clientCertificate == nil, server.tls.trustedCertificate == nil {
          reading.report(
            Diagnostic(
              "no ssl_client_certificate or ssl_trusted_certificate for \"ssl_crl_push\"", at: position))
        }
      }
    }
  }
}

extension LocationBlock {
  fileprivate var crlPushes: [SourcePosition] {
    settings.crlPushes + (limitExcept?.settings.crlPushes ?? []) + locations.flatMap(\.crlPushes)
  }
}

extension LocationSettings {
  fileprivate var crlPushes: [SourcePosition] {
    guard case .crlPush(let position) = content else { return [] }
    return [position]
  }
}
