import ConfigModel
import ConfigSyntax

/// How messages look before there is a log, as nginx prints them: `[emerg] text in FILE:LINE`.
enum StartupMessage {
  static func text(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.position.map { " in \($0)" } ?? ""
    return "[\(diagnostic.severity.rawValue)] \(diagnostic.message)\(place)"
  }
}

extension Diagnostic {
  /// The error log's level for it.
  var level: LogLevel {
    switch severity {
    case .emerg: .emerg
    case .warn: .warn
    case .notice: .notice
    }
  }
}

extension StartupMessage {
  /// The message alone, for a log that writes its own level.
  static func withoutPrefix(_ line: String) -> String {
    for severity in ["emerg", "warn", "notice"] {
      let prefix = "[\(severity)] "
      if line.hasPrefix(prefix) { return String(line.dropFirst(prefix.count)) }
    }
    return line
  }
}
