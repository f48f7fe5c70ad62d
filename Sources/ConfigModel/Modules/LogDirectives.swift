import ConfigSyntax

extension DirectiveTable {
  static let logRows: [DirectiveRow] = [
    .custom(
      "log_format", in: .http, "name [escape=default|json|none] string …", .atLeast(2), isRepeatable: true,
      default: "combined …", "A format for access logs."
    ) { invocation throws(Diagnostic) in
      let format = try LogFormat(invocation)
      guard invocation.reading.logFormats.updateValue(format, forKey: format.name) == nil else {
        throw invocation.error("duplicate \"log_format\" name \"\(format.name)\"")
      }
    },
    .custom(
      "access_log", in: [.http, .server, .location, .locationIf, .limitExcept],
      "path [format [buffer=size] [gzip[=level]] [flush=time] [if=condition]] | off", .atLeast(1),
      isRepeatable: true, default: "logs/access.log combined", "Where requests are logged, and how.",
      inheriting: [Inheritance(\.location.log.$accessLogs)]
    ) { invocation throws(Diagnostic) in try invocation.addAccessLog() },
    .list(
      "error_log", in: .request, \.location.log.$errorLogs, .errorLog, default: "logs/error.log error",
      "Where errors are logged, from which level on."),
    .noEffect(
      "open_log_file_cache", in: .request,
      .words("off | max=number [inactive=time] [min_uses=number] [valid=time]", .between(1, 4)),
      because: "log files with variables in their names are opened for each line"),
  ]
}

extension Grammar where Value == [ErrorLog] {
  fileprivate static var errorLog: Grammar {
    Grammar("file | stderr | syslog:server=address[,parameter=value] [level]", .atLeast(1)) {
      invocation throws(Diagnostic) in [try ErrorLog(invocation)]
    }
  }
}

extension ErrorLog {
  init(_ invocation: Invocation) throws(Diagnostic) {
    let target = invocation.text(0)
    let level = try Self.level(invocation)
    if target == "stderr" {
      self.init(destination: .stderr, level: level)
    } else if target.hasPrefix("syslog:") {
      self.init(destination: .syslog(target), level: level)
    } else {
      self.init(destination: .file(invocation.reading.paths.underPrefix(target)), level: level)
    }
  }
}

extension ErrorLog {
  /// One level; several only of the finer `debug_` ones.
  private static func level(_ invocation: Invocation) throws(Diagnostic) -> LogLevel {
    var level: LogLevel?
    for text in invocation.texts.dropFirst() {
      guard let named = LogLevel(name: text) else { throw invocation.error("invalid log level \"\(text)\"") }
      let isFiner = text.hasPrefix("debug_")
      guard level == nil || isFiner && level == .debug else {
        throw invocation.error("\(isFiner ? "invalid" : "duplicate") log level \"\(text)\"")
      }
      level = named
    }
    return level ?? .error
  }
}

extension LogLevel {
  /// `emerg` … `debug`; nginx's finer `debug_http` and its like are `debug`.
  public init?(name: String) {
    if name.hasPrefix("debug_") { self = .debug; return }
    guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = level
  }

  public var name: String { String(describing: self) }
}

extension LogFormat {
  /// nginx's predefined format.
  public static let combined = LogFormat(
    name: "combined", escape: .default,
    template: Template(
      pieces: [
        .variable("remote_addr"), .literal(Array(" - ".utf8)), .variable("remote_user"),
        .literal(Array(" [".utf8)), .variable("time_local"), .literal(Array("] \"".utf8)), .variable("request"),
        .literal(Array("\" ".utf8)), .variable("status"), .literal(Array(" ".utf8)), .variable("body_bytes_sent"),
        .literal(Array(" \"".utf8)), .variable("http_referer"), .literal(Array("\" \"".utf8)),
        .variable("http_user_agent"), .literal(Array("\"".utf8)),
      ], position: SourcePosition(file: "", line: 0)))

  fileprivate init(_ invocation: Invocation) throws(Diagnostic) {
    var words = Array(invocation.directive.arguments.dropFirst())
    var escape = Escape.default
    if let name = words[0].text.after("escape=") {
      guard let known = Escape(rawValue: name) else {
        throw invocation.error("unknown log format escaping \"\(name)\"")
      }
      escape = known
      words.removeFirst()
    }
    var pieces: [Template.Piece] = []
    for word in words {
      do throws(Diagnostic) {
        pieces += try Template(parsing: word.bytes, at: invocation.position).pieces
      } catch {
        throw error.message == "invalid variable name" ? invocation.invalidParameter(word.text) : error
      }
    }
    self.init(
      name: invocation.text(0), escape: escape, template: Template(pieces: pieces, position: invocation.position))
  }
}

extension Invocation {
  fileprivate func addAccessLog() throws(Diagnostic) {
    let setting = scope.settings.location.log.$accessLogs
    let known = setting.isSet ? setting.wrappedValue : []
    if text(0) == "off" {
      guard count == 1 else { throw invalidParameter(text(1)) }
      return scope.settings.location.log.$accessLogs.set([], at: position)
    }
    scope.settings.location.log.$accessLogs.set(known + [try accessLog()], at: position)
  }

  private func accessLog() throws(Diagnostic) -> AccessLog {
    let isSyslog = text(0).hasPrefix("syslog:")
    let path = isSyslog || text(0).hasPrefix("$") ? text(0) : reading.paths.underPrefix(text(0))
    var log = AccessLog(path: try Template(parsing: Array(path.utf8), at: position), format: try logFormat())
    for index in 2..<max(2, count) { try read(text(index), into: &log) }
    if log.flush != nil, log.bufferSize == nil {
      throw error("no buffer is defined for access_log \"\(text(0))\"")
    }
    if log.bufferSize != nil, log.path.hasVariables { throw error("buffered logs cannot have variables in name") }
    if log.bufferSize != nil, isSyslog { throw error("logs to syslog cannot be buffered") }
    return log
  }

  private func logFormat() throws(Diagnostic) -> LogFormat {
    let name = count > 1 ? text(1) : LogFormat.combined.name
    guard let format = reading.logFormats[name] else { throw error("unknown log format \"\(name)\"") }
    return format
  }

  private func read(_ text: String, into log: inout AccessLog) throws(Diagnostic) {
    if let value = text.after("buffer=") {
      guard let size = ByteCount(configuration: value.utf8), size.bytes > 0 else {
        throw error("invalid buffer size \"\(value)\"")
      }
      log.bufferSize = size
    } else if let value = text.after("flush=") {
      guard let time = Duration(configuration: value.utf8, unit: .milliseconds), time > .zero else {
        throw error("invalid flush time \"\(value)\"")
      }
      log.flush = time
    } else if let value = text.after("if=") {
      log.condition = try Template(parsing: Array(value.utf8), at: position)
    } else if text == "gzip" || text.hasPrefix("gzip=") {
      throw error("compressed access logs are not supported: \"\(text)\"")
    } else {
      throw invalidParameter(text)
    }
  }
}
