import Foundation
import Synchronization

/// An HTTP server that answers each request as it is told, byte for byte; on a thread of its own.
final class ScriptedResponder: Sendable {
  typealias Answer = @Sendable (_ body: [UInt8]) throws -> [UInt8]

  private let descriptor: Int32
  private let answer = Mutex<Holder>(Holder { _ in [] })
  private let asked = Atomic<Int>(0)

  private struct Holder: Sendable {
    let call: Answer
    init(_ call: @escaping Answer) { self.call = call }
  }

  init(port: Int) throws {
    descriptor = try LoopbackSocket.listening(on: port)
    Thread { [descriptor, weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0, let self else { return }
        self.serve(connection)
        close(connection)
      }
    }.start()
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  /// Requests that came.
  var questions: Int { asked.load(ordering: .acquiring) }

  /// From now on each body is answered with these bytes, head included; where it throws, with nothing.
  func answers(_ answer: @escaping Answer) { self.answer.withLock { $0 = Holder(answer) } }

  static func http(
    _ body: [UInt8], status: String = "200 OK", type: String = "application/ocsp-response", length: Int? = nil
  ) -> [UInt8] {
    Array("HTTP/1.0 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(length ?? body.count)\r\n\r\n".utf8) + body
  }

  private func serve(_ connection: Int32) {
    guard let body = Self.body(connection) else { return }
    asked.add(1, ordering: .acquiringAndReleasing)
    let call = answer.withLock { $0 }
    LoopbackSocket.send((try? call.call(body)) ?? [], to: connection)
  }

  /// Reads a request to its end; `nil` where none came.
  private static func body(_ connection: Int32) -> [UInt8]? {
    var all: [UInt8] = []
    while true {
      let part = LoopbackSocket.receive(from: connection)
      if part.isEmpty { return nil }
      all += part
      let text = String(decoding: all, as: UTF8.self)
      guard let end = all.firstRange(of: Array("\r\n\r\n".utf8)),
        let field = text.range(of: "content-length: ", options: .caseInsensitive),
        let length = Int(text[field.upperBound...].prefix { $0.isNumber })
      else { continue }
      if all.count >= end.upperBound + length { return Array(all[end.upperBound...].prefix(length)) }
    }
  }
}
