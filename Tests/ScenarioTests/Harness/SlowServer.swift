import Foundation
import Synchronization

/// An HTTP/1.1 server that takes its time over one request; on a thread of its own, which ends with it.
final class SlowServer: Sendable {
  private let descriptor: Int32
  private let asked = Atomic<Bool>(false)

  init(port: Int, answer: String, delay: Double) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, listen(descriptor, 8) == 0 else { throw GatewayFailure(text: "listen: errno \(errno)") }
    Thread { [self] in serve(answer, delay) }.start()
  }

  deinit { close(descriptor) }

  /// Whether a request has come.
  var wasAsked: Bool { asked.load(ordering: .acquiring) }

  private func serve(_ answer: String, _ delay: Double) {
    let connection = accept(descriptor, nil, nil)
    guard connection >= 0 else { return }
    defer { close(connection) }
    var buffer = [UInt8](repeating: 0, count: 65536)
    guard recv(connection, &buffer, buffer.count, 0) > 0 else { return }
    asked.store(true, ordering: .releasing)
    usleep(UInt32(delay * 1_000_000))
    let text = Array("HTTP/1.1 200 OK\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)".utf8)
    _ = send(connection, text, text.count, Int32(MSG_NOSIGNAL))
  }
}
