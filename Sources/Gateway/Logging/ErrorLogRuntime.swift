import ConfigModel
import ConfigSyntax
import Glibc
import PKI

/// The error logs of a block: each takes what is at least as severe as its level.
public struct ErrorLogRuntime: Sendable {
  private enum Destination: Sendable {
    case file(LogFile)
    case syslog(SyslogSender)
  }

  private let sinks: [(level: LogLevel, destination: Destination)]
  /// The least severe level that anybody wants.
  public let threshold: LogLevel

  /// - Parameter settings: with absolute paths; empty: errors go to standard error.
  public init(_ settings: [ErrorLog], files: LogFiles) throws(Diagnostic) {
    var sinks: [(level: LogLevel, destination: Destination)] = []
    for setting in settings {
      sinks.append((setting.level, try Self.resolve(setting.destination, files: files)))
    }
    if sinks.isEmpty { sinks = [(.error, .file(.standardError))] }
    self.sinks = sinks
    threshold = sinks.map(\.level).max() ?? .error
  }

  private static func resolve(
    _ destination: ErrorLog.Destination, files: LogFiles
  ) throws(Diagnostic) -> Destination {
    switch destination {
    case .file(let path): .file(try files.file(path, mode: LogFile.errorMode, at: nil))
    case .stderr: .file(.standardError)
    case .syslog(let parameters): .syslog(try files.syslog(parameters, at: nil))
    }
  }

  public func accepts(_ level: LogLevel) -> Bool { level <= threshold }

  /// Writes `2026/11/21 12:00:00 [error] 123#124: *5 message`.
  ///
  /// - Parameter connection: `$connection`; `nil` where the message is about none.
  public func write(_ level: LogLevel, connection: UInt64? = nil, _ message: @autoclosure () -> String) {
    guard accepts(level) else { return }
    let line = Self.line(level, connection, message())
    for sink in sinks where level <= sink.level {
      switch sink.destination {
      case .file(let file): file.write(line)
      case .syslog(let sender): sender.send(line.dropLast(), severity: level)
      }
    }
  }

  /// In bytes. Values that strangers send are cut before they get into a message; this holds for those that were not.
  private static let longestMessage = 8192

  private static func line(_ level: LogLevel, _ connection: UInt64?, _ message: String) -> [UInt8] {
    var line = WallClock.now.errorLogTime
    line.append(ascii: " [")
    line.append(utf8: "\(level)")
    line.append(ascii: "] ")
    line.append(decimal: Int(getpid()))
    line.append(UInt8(ascii: "#"))
    line.append(decimal: Int(getpid()))
    line.append(ascii: ": ")
    if let connection {
      line.append(UInt8(ascii: "*"))
      line.append(decimal: connection)
      line.append(0x20)
    }
    // A line break in a message would let a client forge a line.
    line.append(utf8: VisibleText.escaped(VisibleText.shortened(message, limit: longestMessage)))
    line.append(0x0A)
    return line
  }
}

extension Request {
  /// Writes to the location's error log, with the client, the server and the request, as nginx does.
  func log(_ level: LogLevel, _ message: @autoclosure () -> String) {
    let log = effective.errorLog
    guard log.accepts(level) else { return }
    log.write(level, connection: connection.number, message() + context)
  }

  private var context: String {
    var text = ", client: \(clientText.asText), server: \(server.name.asText)"
    text += ", request: \"\(LoggedValue(head.requestLine.asText))\""
    if let upstreamText { text += ", upstream: \"\(upstreamText)\"" }
    if let host = head.fields["host"] { text += ", host: \"\(LoggedValue("\(host)"))\"" }
    if let referrer = head.fields["referer"] { text += ", referrer: \"\(LoggedValue("\(referrer)"))\"" }
    return text
  }
}
