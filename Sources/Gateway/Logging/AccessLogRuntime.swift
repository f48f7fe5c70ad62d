import ConfigModel
import ConfigSyntax
import HTTPWire
import NIOCore

/// One `access_log` made ready.
struct AccessLogRuntime: Sendable {
  private enum Destination: Sendable {
    case file(LogFile)
    /// The path has variables: the file is opened for each line.
    case made(PathTemplate, prefix: String)
    case syslog(SyslogSender)
  }

  private let destination: Destination
  private let format: LogLine
  private let condition: CompiledTemplate?
  private let bufferSize: Int?
  private let flush: TimeAmount?

  init(_ setting: AccessLog, compile: CompileContext) throws(Diagnostic) {
    destination = try Self.resolve(setting.path, compile: compile)
    format = try LogLine(setting.format, variables: compile.variables)
    condition = try setting.condition.map { template throws(Diagnostic) in try compile.template(template) }
    bufferSize = setting.bufferSize?.bytes
    flush = setting.flush.map { .nanoseconds($0.nanoseconds) }
  }

  static func all(_ settings: [AccessLog], compile: CompileContext) throws(Diagnostic) -> [AccessLogRuntime] {
    var compiled: [AccessLogRuntime] = []
    for setting in settings { compiled.append(try AccessLogRuntime(setting, compile: compile)) }
    return compiled
  }

  private static func resolve(_ path: Template, compile: CompileContext) throws(Diagnostic) -> Destination {
    guard let literal = path.literal?.asText else {
      return .made(try PathTemplate(path, compile: compile), prefix: compile.prefix)
    }
    if literal.hasPrefix("syslog:") {
      return .syslog(try compile.logs.syslog(String(literal.dropFirst(7)), at: path.position))
    }
    return .file(try compile.logs.file(compile.absolute(literal), at: path.position))
  }

  func write(_ request: Request) {
    if let condition {
      let value = condition.value(for: request)
      if value.isEmpty || value == [UInt8(ascii: "0")] { return }
    }
    var line: [UInt8] = []
    line.reserveCapacity(256)
    format.append(to: &line, for: request)
    line.append(0x0A)
    switch destination {
    case .syslog(let sender): sender.send(line.dropLast())
    case .made(let template, let prefix): writeOnce(line, template, prefix, request)
    case .file(let file):
      if let bufferSize {
        file.write(line, buffering: bufferSize, flushingAfter: flush, on: request.exchange.eventLoop)
      } else {
        file.write(line)
      }
    }
  }

  private func writeOnce(_ line: [UInt8], _ template: PathTemplate, _ prefix: String, _ request: Request) {
    let path: String
    do throws(UnsafePath) {
      path = try template.path(for: request).asText
    } catch {
      return request.log(.crit, "\(error) while logging request")
    }
    switch LogFile.open(path.hasPrefix("/") ? path : prefix + path) {
    case .success(let file): file.write(line)
    case .failure(let error): request.log(.crit, "open() \"\(path)\" failed (\(error)) while logging request")
    }
  }
}

extension Request {
  /// The log phase: once, when the last byte of the response is gone.
  func writeAccessLogs() {
    guard !phases.isLogged else { return }
    phases.isLogged = true
    connection.counters.count(.response(HTTPProtocolLabel(head.version), StatusClass(response.status)))
    for log in effective.accessLogs { log.write(self) }
  }
}

extension Duration {
  /// As far as 64 bits hold them.
  var nanoseconds: Int64 {
    components.seconds.multipliedSaturated(by: 1_000_000_000).addingSaturated(components.attoseconds / 1_000_000_000)
  }
}
