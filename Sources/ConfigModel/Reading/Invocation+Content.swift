import ConfigSyntax

extension Invocation {
  /// A location has one directive that answers.
  func setContent(_ content: ContentSetting) throws(Diagnostic) {
    if let other = scope.settings.location.content {
      throw error(
        "\"\(name)\" directive can't stand beside \"\(other.directive)\", which answers this location already")
    }
    scope.settings.location.content = content
  }
}
