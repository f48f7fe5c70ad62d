import ConfigSyntax

extension DirectiveTable {
  /// The CA on this machine, and its services as content handlers.
  static let authorityRows: [DirectiveRow] = [
    .value(
      "authority_directory", in: .request, \.location.authority.$directory, Grammar<PathReference>.file.optional,
      default: nil,
      "The directory of a CA (`countersign ca init`) that `authority_ocsp`, `authority_crl`, `authority_certificate`, "
        + "`ssl_crl authority` and `ssl_stapling_responder authority` here work with. While it serves, the gateway renews "
        + "the CRLs of its CAs when a quarter of their life is left, as far as it can open their keys."),
    .value(
      "authority_password_file", in: .request, \.location.authority.$passwordFile,
      Grammar<PathReference>.file.optional, default: nil,
      "A file whose first line is the passphrase of the CA's key; needed where that is encrypted, for what is signed: "
        + "OCSP responses without a signer of their own, and renewed CRLs."),
    .content("authority_ocsp", "", .exactly(0), "Answers OCSP requests (RFC 6960), GET and POST, for the CA.") { _ in
      .ocsp
    },
    .content(
      "authority_crl", "[name]", .between(0, 1),
      "Hands out the newest CRL: of the CA that is named; else of the one that the path behind the location's names, as "
        + "`NAME.crl`; else of the one that signs by default. DER, or PEM where the path ends in `.pem`."
    ) { .crl(name: $0) },
    .content(
      "authority_certificate", "[name]", .between(0, 1),
      "Hands out a CA's certificate in DER, or where the path ends in `.pem` its chain up to the root; the CA is chosen "
        + "as for `authority_crl`."
    ) { .certificate(name: $0) },
  ]
}

extension DirectiveRow {
  fileprivate static func content(
    _ name: String, _ syntax: String, _ arity: Arity, _ meaning: String,
    kind: @escaping @Sendable (String?) -> AuthorityContent.Kind
  ) -> DirectiveRow {
    .custom(name, in: .location, syntax, arity, meaning) { invocation throws(Diagnostic) in
      let argument = invocation.count == 0 ? nil : invocation.text(0)
      guard argument?.isEmpty != true else { throw invocation.invalidValue() }
      let content = AuthorityContent(kind(argument), directive: name, position: invocation.position)
      try invocation.setContent(.authority(content))
    }
  }
}
