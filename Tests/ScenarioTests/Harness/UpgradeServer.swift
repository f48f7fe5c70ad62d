import Foundation
import Synchronization

/// An HTTP/1.1 server that answers one upgrade with 101, and then everything with itself.
final class UpgradeServer: Sendable {
  private let descriptor: Int32
  private let ended = Atomic<Bool>(false)

  init(port: Int) throws {
    descriptor = try LoopbackSocket.listening(on: port)
    Thread { [self] in serve() }.start()
  }

  deinit { close(descriptor) }

  /// The other side has closed the tunnel.
  var hasEnded: Bool { ended.load(ordering: .acquiring) }

  private func serve() {
    let connection = accept(descriptor, nil, nil)
    guard connection >= 0 else { return }
    defer {
      close(connection)
      ended.store(true, ordering: .releasing)
    }
    guard !LoopbackSocket.receive(from: connection).isEmpty else { return }
    let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n"
    LoopbackSocket.send(Array(head.utf8), to: connection)
    while true {
      let bytes = LoopbackSocket.receive(from: connection)
      if bytes.isEmpty { return }
      LoopbackSocket.send(bytes, to: connection)
    }
  }
}
