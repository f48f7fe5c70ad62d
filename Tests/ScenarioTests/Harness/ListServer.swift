import Foundation
import Synchronization

/// A small HTTP/1.1 server for CRLs and the ways in which one can be bad at it. Each connection has a thread of its own.
final class ListServer: Sendable {
  enum Reply: Sendable {
    /// Whole, with an ETag of its bytes; 304 to whoever has them.
    case file([UInt8])
    case status(Int)
    case redirect(String)
    /// Announces more than it sends.
    case truncated([UInt8])
    /// Chunks without end.
    case endless
    /// Takes the request and says nothing.
    case stall
  }

  private struct State {
    var replies: [String: Reply] = [:]
    var fields = ""
    var requests: [String] = []
    var descriptor: Int32 = -1
  }

  let port: Int
  private let state = Mutex(State())

  init(port: Int) throws {
    self.port = port
    try start()
  }

  deinit { stop() }

  /// Of each request its target, a space and the status it got; 0 where it got none.
  var requests: [String] { state.withLock { $0.requests } }

  func count(_ request: String) -> Int { requests.filter { $0 == request }.count }

  func set(_ path: String, _ reply: Reply) { state.withLock { $0.replies[path] = reply } }

  /// Publishes a CA's CRL as it is now.
  func publish(_ authority: TestAuthority, at path: String = "/ca.crl") throws {
    set(path, .file(try Self.crl(of: authority)))
  }

  static func crl(of authority: TestAuthority) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: authority.crl)))
  }

  /// Lines that every whole answer has beside its own, such as `Cache-Control: max-age=1`.
  func setField(_ line: String) { state.withLock { $0.fields = line + "\r\n" } }

  func start() throws {
    let descriptor = try LoopbackSocket.listening(on: port)
    state.withLock { $0.descriptor = descriptor }
    Thread { [weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        guard let self else {
          close(connection)
          return
        }
        Thread { self.serve(connection) }.start()
      }
    }.start()
  }

  /// From now on connections are refused.
  func stop() {
    let descriptor = state.withLock { state in
      defer { state.descriptor = -1 }
      return state.descriptor
    }
    guard descriptor >= 0 else { return }
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    var head = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !head.contains("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      head += String(decoding: buffer[..<count], as: UTF8.self)
    }
    let target = String(head.split(separator: " ")[1])
    let (reply, fields) = state.withLock { ($0.replies[target] ?? .status(404), $0.fields) }
    func note(_ status: Int) { state.withLock { $0.requests.append("\(target) \(status)") } }
    switch reply {
    case .file(let bytes):
      let tag = "\"\(bytes.count)-\(bytes.reduce(UInt32(7)) { $0 &* 31 &+ UInt32($1) })\""
      let isKnown = head.contains("If-None-Match: \(tag)\r\n")
      note(isKnown ? 304 : 200)
      let length = isKnown ? "" : "Content-Length: \(bytes.count)\r\n"
      let line = isKnown ? "304 Not Modified" : "200 OK"
      send(connection, "HTTP/1.1 \(line)\r\nETag: \(tag)\r\n\(fields)\(length)\r\n", isKnown ? [] : bytes)
    case .status(let status):
      note(status)
      send(connection, "HTTP/1.1 \(status) No\r\nContent-Length: 0\r\n\r\n")
    case .redirect(let place):
      note(302)
      send(connection, "HTTP/1.1 302 Found\r\nLocation: \(place)\r\nContent-Length: 0\r\n\r\n")
    case .truncated(let bytes):
      note(200)
      send(connection, "HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n", Array(bytes.dropLast(10)))
    case .endless:
      note(200)
      send(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = Array("4000\r\n".utf8) + [UInt8](repeating: 0x30, count: 0x4000) + Array("\r\n".utf8)
      while send(connection, "", chunk) {}
    case .stall:
      note(0)
      while recv(connection, &buffer, buffer.count, 0) > 0 {}
    }
  }

  @discardableResult
  private func send(_ connection: Int32, _ head: String, _ body: [UInt8] = []) -> Bool {
    var rest = (Array(head.utf8) + body)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
