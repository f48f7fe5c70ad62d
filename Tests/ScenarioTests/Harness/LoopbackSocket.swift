import Foundation

/// Sockets of the tests' own servers.
enum LoopbackSocket {
  /// Listens on 127.0.0.1.
  static func listening(on port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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
    guard bound == 0, listen(descriptor, 64) == 0 else { throw GatewayFailure(text: "listen: errno \(errno)") }
    return descriptor
  }

  /// Sends all of it, or as much as the other side takes.
  static func send(_ bytes: [UInt8], to connection: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  /// What came; empty at the end.
  static func receive(from connection: Int32) -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 16384)
    let count = recv(connection, &chunk, chunk.count, 0)
    return count <= 0 ? [] : Array(chunk[..<count])
  }
}
