import ConfigModel
import ConfigSyntax
import Foundation
import HTTPWire
import NIOCore

@testable import Gateway

#if canImport(Glibc)
  import Glibc
#endif

/// A configuration made ready, with a temporary folder for its files, and requests sent through its phases.
final class Site {
  let folder: String
  let listener: ListenerRuntime
  private var connections: UInt64 = 0

  /// - Parameters:
  ///   - http: what stands in the http block; `%%` is the folder. Without `server` it is one server's content.
  ///   - tls: makes a server's TLS; none has any without.
  init(
    _ http: String, files: [String: String] = [:], content: CompileContext.ContentFactory? = nil,
    tls: (ServerBlock) throws -> ServerTLS? = { _ in nil }
  ) throws {
    var template = Array("/tmp/gateway-tests-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(number: errno) }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    for (name, text) in files { try Self.write(text, to: "\(folder)/\(name)") }
    let body = http.contains("server {") ? http : "server { listen 127.0.0.1:8080; \(http) }"
    let text = "events {} http { root %%; access_log off; error_log %%/error.log info; \(body) }"
    let bytes = Array(text.split(separator: "%%", omittingEmptySubsequences: false).joined(separator: folder).utf8)
    let host = ConfigurationHost(read: { _ in bytes })
    let read = try ConfigurationReader(host: host).read(file: "nginx.conf", prefix: folder)
    let compile = CompileContext(configuration: read.configuration, logs: LogFiles(), prefix: folder) {
      setting, settings, match, context throws(Diagnostic) in
      if let content { return try content(setting, settings, match, context) }
      return EchoHandler()
    }
    listener = try Self.listener(compile, tls)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private static func listener(
    _ compile: CompileContext, _ tls: (ServerBlock) throws -> ServerTLS?
  ) throws -> ListenerRuntime {
    var members: [(setting: ListenSetting, server: ServerRuntime)] = []
    for block in compile.http.servers {
      members.append((block.listens[0], try ServerRuntime(block: block, tls: try tls(block), compile: compile)))
    }
    return try ListenerRuntime(members, variables: compile.variables)
  }

  private static func write(_ text: String, to path: String) throws {
    for (index, character) in path.enumerated() where character == "/" && index > 0 {
      mkdir(String(path.prefix(index)), 0o755)
    }
    if path.hasSuffix("/") { return }
    guard let file = fopen(path, "w") else { throw SystemError(number: errno) }
    fwrite(text, 1, text.utf8.count, file)
    fclose(file)
  }

  func text(of name: String) -> String {
    guard case .success(let file) = OpenFile.open(Array("\(folder)/\(name)".utf8)) else { return "" }
    var bytes = [UInt8](repeating: 0, count: file.status.size)
    _ = bytes.withUnsafeMutableBytes { file.read(into: $0, at: 0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// - Parameter malformed: the status of what could not be read as a request.
  @discardableResult
  func send(
    _ target: String, _ fields: [(String, String)] = [], method: HTTPMethod = .get, host: String? = "localhost",
    version: HTTPVersion = .http1_1, malformed: Int? = nil, prepare: (ClientConnection) -> Void = { _ in }
  ) throws -> Answer {
    var head = HTTPRequestHead(method: method, target: Array(target.utf8), version: version, fields: HTTPFields())
    if let host { head.fields.append(name: "Host", value: host) }
    for (name, value) in fields { head.fields.append(name: name, value: value) }
    connections += 1
    let connection = ClientConnection(
      number: connections, remoteAddress: try SocketAddress(ipAddress: "192.0.2.7", port: 4711),
      localAddress: try SocketAddress(ipAddress: "127.0.0.1", port: 8080), listener: listener)
    prepare(connection)
    let exchange = RecordingExchange(connection: connection)
    let request = Request(exchange: exchange, head: head, server: listener.defaultServer)
    if let malformed { request.refuse(status: malformed, reason: "client sent \(malformed)") } else { request.start() }
    return exchange.answer
  }
}

/// Answers with what a proxy would send on.
struct EchoHandler: SlashRedirecting {
  func handle(_ request: Request, _ admission: Admission) {
    request.sendText(Array("echo ".utf8) + request.uri, status: 200, admission)
  }
}

/// What a client would have seen.
struct Answer {
  var status = 0
  var fields = HTTPFields()
  var body = ""
  var isClosed = false
  var isEnded = false
}

/// Keeps what a request sends.
final class RecordingExchange: Exchange {
  let connection: ClientConnection
  var events: RequestEvents?
  var answer = Answer()
  var isWritable = true
  var bodyBytesSent: Int { answer.body.utf8.count }
  var bytesSent: Int { answer.status == 0 ? 0 : 100 + answer.body.utf8.count }
  var requestLength = 100
  var requestsOnConnection = 1
  var eventLoop: EventLoop { preconditionFailure("no test needs a loop") }
  private var isHead = false

  init(connection: ClientConnection) { self.connection = connection }

  func sendInformational(_ head: HTTPResponseHead) {}

  func send(_ head: HTTPResponseHead, by warrant: Warrant, end: Bool) {
    answer.status = head.status
    answer.fields = head.fields
    if end { finish(trailers: nil) }
  }

  func send(_ body: ByteBuffer) { answer.body += String(decoding: body.readableBytesView, as: UTF8.self) }

  func finish(trailers: HTTPFields?) { end() }

  func flush() {}

  func abort() {
    answer.isClosed = true
    end()
  }

  private func end() {
    answer.isEnded = true
    let events = events
    self.events = nil
    events?.exchangeEnded()
  }

  func disableKeepAlive() {}
  func resumeBody() {}
  func pauseBody() {}
  func discardBody() -> Bool { true }
  func upgradeToTunnel() -> ClientTunnel? { nil }
}
