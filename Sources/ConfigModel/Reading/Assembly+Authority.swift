import ConfigSyntax

extension Assembly {
  /// `ssl_crl authority` and `ssl_stapling_responder authority` mean the CA directory in scope.
  func bound(_ settings: TLSSettings, to authority: AuthoritySettings) -> TLSSettings {
    var tls = settings
    tls.authority = authority
    let files = settings.crl.map { file in
      guard file.isAuthority else { return file }
      var bound = file
      bound.path = directory(authority, for: "ssl_crl authority", at: file.position)
      return bound
    }
    if let position = settings.$crl.position, files != settings.crl { tls.$crl.set(files, at: position) }
    if settings.staplesFromAuthority {
      _ = directory(authority, for: "ssl_stapling_responder authority", at: settings.$staplingResponder.position)
    }
    return tls
  }

  /// A content directive of the CA needs a directory.
  func checkAuthority(_ settings: LocationSettings) {
    guard case .authority(let content) = settings.content else { return }
    _ = directory(settings.authority, for: content.directive, at: content.position)
  }

  private func directory(
    _ authority: AuthoritySettings, for directive: String, at position: SourcePosition?
  ) -> String {
    if let directory = authority.directory { return directory.path }
    reading.report(Diagnostic("no \"authority_directory\" is defined for \"\(directive)\"", at: position))
    return ""
  }
}
