import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why a name has no address.
public struct NameResolutionError: Error, Hashable, Sendable, CustomStringConvertible {
  public var host: String
  /// `getaddrinfo`'s code.
  public var code: Int32

  /// As nginx: `host not found` with the system's reason.
  public var description: String { "\(host): \(gai_strerror(code).map { String(cString: $0) } ?? "code \(code)")" }
}

/// Looks names up by the system's resolver, on threads of its own.
public final class NameResolver: Sendable {
  private let threads: NIOThreadPool

  public init(threads count: Int = 1) {
    threads = NIOThreadPool(numberOfThreads: max(1, count))
    threads.start()
  }

  /// The stream addresses of `host`, in the system's order. Fails with `NameResolutionError`.
  public func addresses(of host: String, port: Int, on loop: EventLoop) -> EventLoopFuture<[SocketAddress]> {
    threads.runIfActive(eventLoop: loop) { try Self.resolve(host, port: port) }
  }

  /// The same on the current thread, which it blocks: for the time before any connection is served.
  public static func resolve(_ host: String, port: Int) throws -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0 else { throw NameResolutionError(host: host, code: code) }
    defer { freeaddrinfo(list) }
    return sequence(first: list) { $0?.pointee.ai_next }.prefix { $0 != nil }.compactMap { $0.flatMap(address) }
  }

  /// Stops the threads; lookups under way fail.
  public func shutDown() { threads.shutdownGracefully { _ in } }

  private static func address(_ info: UnsafeMutablePointer<addrinfo>) -> SocketAddress? {
    guard let address = info.pointee.ai_addr else { return nil }
    let raw = UnsafeRawPointer(address)
    switch info.pointee.ai_family {
    case AF_INET: return SocketAddress(raw.loadUnaligned(as: sockaddr_in.self))
    case AF_INET6: return SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self))
    default: return nil
    }
  }
}
