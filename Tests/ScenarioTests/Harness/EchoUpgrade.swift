import Foundation
import Synchronization

/// An HTTP/1.1 server that switches protocols for everybody and then says what it hears; a thread for each connection.
final class EchoUpgrade: Sendable {
  private let descriptor: Int32
  private let ended = Atomic<Bool>(false)

  init(port: Int) throws {
    descriptor = try LoopbackSocket.listening(on: port)
    let listening = descriptor
    Thread { [weak self] in
      while true {
        let connection = accept(listening, nil, nil)
        guard connection >= 0 else { break }
        Thread { Self.serve(connection) }.start()
      }
      self?.ended.store(true, ordering: .releasing)
    }.start()
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  var isRunning: Bool { !ended.load(ordering: .acquiring) }

  private static func serve(_ connection: Int32) {
    defer { close(connection) }
    var buffer = [UInt8](repeating: 0, count: 65536)
    guard recv(connection, &buffer, buffer.count, 0) > 0 else { return }
    let head = Array("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n".utf8)
    _ = send(connection, head, head.count, Int32(MSG_NOSIGNAL))
    while true {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0, send(connection, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
    }
  }
}
