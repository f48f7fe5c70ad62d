import ConfigSyntax

extension Assembly {
  /// What can only be checked once every block has its settings.
  func check(_ http: HTTPBlock) {
    for server in http.servers {
      do throws(Diagnostic) {
        try checkTLS(server)
      } catch {
        reading.report(error)
      }
    }
    checkClientRules(http)
    checkLocationTrust(http)
    checkCRLPushes(http)
    checkPatterns(http)
    for server in http.servers { checkListens(of: server, in: http) }
  }

  private func checkTLS(_ server: ServerBlock) throws(Diagnostic) {
    let tls = server.tls
    if let certificate = tls.certificate.last {
      guard tls.certificateKey.count >= tls.certificate.count else {
        throw Diagnostic(
          "no \"ssl_certificate_key\" is defined for certificate \"\(certificate.path)\"", at: certificate.position)
      }
    } else if !tls.rejectHandshake {
      return
    }
    let hasAuthority = !tls.clientTrust.isEmpty || tls.trustedCertificate != nil
    if tls.verifyClient == .on || tls.verifyClient == .optional, !hasAuthority {
      throw Diagnostic(
        "no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client", at: tls.$verifyClient.position)
    }
    if tls.ocsp != .off, tls.verifyClient == .optionalNoCA {
      throw Diagnostic(
        "\"ssl_ocsp\" is incompatible with \"ssl_verify_client optional_no_ca\"", at: tls.$ocsp.position)
    }
    try checkRevocationLists(tls)
    if tls.stapling, tls.certificateCompression {
      throw Diagnostic(
        "\"ssl_stapling\" is incompatible with \"ssl_certificate_compression\"", at: tls.$stapling.position)
    }
  }

  /// The default server of an address needs a certificate; where it refuses all handshakes, every other one does.
  private func checkListens(of server: ServerBlock, in http: HTTPBlock) {
    for listen in server.listens where listen.isTLS {
      guard server.tls.certificate.isEmpty else { continue }
      let isRefused = server.tls.rejectHandshake
      let others = http.servers.filter { other in
        other.listens.contains { $0.address == listen.address && $0.isDefaultServer }
      }
      let defaultRefuses = others.contains { $0.tls.certificate.isEmpty && $0.tls.rejectHandshake }
      guard !isRefused, listen.isDefaultServer || defaultRefuses else { continue }
      reading.report(
        Diagnostic(
          "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive", at: server.position))
      return
    }
  }
}
