import Foundation

/// A TCP connection that sends exactly the bytes it is given: for what no proper client would send.
final class RawConnection {
  private let descriptor: Int32

  /// - Parameter receiveBuffer: how little the kernel keeps ready for a reader that is slow, in bytes.
  init(port: Int, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
    }
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw GatewayFailure(text: "connect: errno \(errno)") }
  }

  deinit { close(descriptor) }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let n = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if n <= 0 { return }
      sent += n
    }
  }

  /// Sends in pieces of `length` bytes, each a segment of its own.
  func send(_ bytes: [UInt8], pieces length: Int) {
    for start in stride(from: 0, to: bytes.count, by: length) {
      send(Array(bytes[start..<min(start + length, bytes.count)]))
    }
  }

  /// No more will be sent: the other side reads the end of the stream.
  func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Everything the other side sends until it closes, or for ten seconds of silence.
  func readToEnd() -> [UInt8] {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16384)
    while true {
      let n = recv(descriptor, &chunk, chunk.count, 0)
      if n <= 0 { return all }
      all += chunk[..<n]
    }
  }

  /// Reads until `marker` has come, the other side closes, or ten seconds of silence.
  func read(until marker: String) -> String {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16384)
    while !String(decoding: all, as: UTF8.self).contains(marker) {
      let n = recv(descriptor, &chunk, chunk.count, 0)
      if n <= 0 { break }
      all += chunk[..<n]
    }
    return String(decoding: all, as: UTF8.self)
  }

  /// Reads until these bytes have come; whether they did.
  func read(untilBytes marker: [UInt8]) -> Bool {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16384)
    while true {
      let n = recv(descriptor, &chunk, chunk.count, 0)
      if n <= 0 { return false }
      let start = max(0, all.count - marker.count)
      all += chunk[..<n]
      if all[start...].indices.contains(where: { all[$0...].starts(with: marker) }) { return true }
    }
  }

  /// Sends a whole conversation and returns the answer up to the close.
  static func exchange(port: Int, _ text: String) throws -> String {
    let connection = try RawConnection(port: port)
    connection.send(text)
    return String(decoding: connection.readToEnd(), as: UTF8.self)
  }
}
