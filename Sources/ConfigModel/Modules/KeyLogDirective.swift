import ConfigSyntax

extension Grammar where Value == PathReference? {
  /// A file relative to the prefix, as logs are.
  static var keyLog: Grammar {
    Grammar("path") { invocation throws(Diagnostic) in
      guard !invocation.text(0).isEmpty, !invocation.text(0).contains("$") else { throw invocation.invalidValue() }
      invocation.warn("the secrets of TLS connections are written to \"\(invocation.text(0))\"")
      return PathReference(
        path: invocation.reading.paths.underPrefix(invocation.text(0)), position: invocation.position)
    }
  }
}
