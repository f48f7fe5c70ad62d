import ConfigSyntax

extension DirectiveTable {
  /// Who vouches for clients, and where.
  static let clientTrustRows: [DirectiveRow] = [
    .value(
      "ssl_client_certificate", in: .request, \.tls.$clientCertificate, Grammar<PathReference>.file.optional,
      default: nil,
      """
      CAs that clients' certificates are verified against; their names are sent to the client. In a location: the CAs that \
      vouch for the clients of that place, and they alone; the handshake asks for the certificates of all CAs of the \
      server, and each place judges what comes by its own. Needs `ssl_verify_client` in the server.
      """),
    .custom(
      "ssl_client_spiffe_bundle", in: .request, "trust-domain file", .exactly(2), isRepeatable: true,
      """
      The authorities of a SPIFFE trust domain: a bundle (a JWK set in JSON) or PEM. A client with a SPIFFE ID is verified \
      against the bundle of its trust domain alone, and its certificate must be an X509-SVID; other certificates are \
      verified against `ssl_client_certificate`. One for each trust domain. A block that names a bundle or \
      `ssl_client_certificate` inherits neither.
      """, inheriting: [Inheritance(\.tls.$spiffeBundles)]
    ) { invocation throws(Diagnostic) in try invocation.addSPIFFEBundle() },
  ]
}

extension Invocation {
  fileprivate func addSPIFFEBundle() throws(Diagnostic) {
    let domain = text(0)
    guard Self.isTrustDomain(domain) else {
      throw error(
        "invalid trust domain \"\(domain)\", it must be a name of lower-case letters, digits, \"-\", \"_\" and \".\", "
          + "without \"spiffe://\"")
    }
    let setting = scope.settings.tls.$spiffeBundles
    let known = setting.isSet ? setting.wrappedValue : []
    guard !known.contains(where: { $0.trustDomain == domain }) else {
      throw error("the trust domain \"\(domain)\" has a bundle already")
    }
    let bundle = SPIFFEBundleSetting(trustDomain: domain, file: try file(1))
    scope.settings.tls.$spiffeBundles.set(known + [bundle], at: setting.position ?? position)
  }

  /// SPIFFE-ID §2.1.
  private static func isTrustDomain(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
          UInt8(ascii: "_"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }
}
