import Foundation
import Synchronization

/// An HTTP/1.1 server that takes its time over one request; on a thread of its own, which ends with it.
final class SlowServer: Sendable {
  private let descriptor: Int32
  private let asked = Atomic<Bool>(false)

  init(port: Int, answer: String, delay: Double) throws {
    descriptor = try LoopbackSocket.listening(on: port)
    Thread { [self] in serve(answer, delay) }.start()
  }

  deinit { close(descriptor) }

  /// Whether a request has come.
  var wasAsked: Bool { asked.load(ordering: .acquiring) }

  private func serve(_ answer: String, _ delay: Double) {
    let connection = accept(descriptor, nil, nil)
    guard connection >= 0 else { return }
    defer { close(connection) }
    guard !LoopbackSocket.receive(from: connection).isEmpty else { return }
    asked.store(true, ordering: .releasing)
    usleep(UInt32(delay * 1_000_000))
    let text = Array("HTTP/1.1 200 OK\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)".utf8)
    LoopbackSocket.send(text, to: connection)
  }
}
