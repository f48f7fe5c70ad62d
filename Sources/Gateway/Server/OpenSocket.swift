import ConfigModel
import Glibc
import NIOCore
import Transport

/// A bound address; it stays open across reloads while the configuration names it.
final class OpenSocket: Sendable {
  let address: ListenSetting.Address
  let listener: Listener

  private init(_ address: ListenSetting.Address, _ listener: Listener) {
    self.address = address
    self.listener = listener
  }

  static func bind(
    _ socket: SocketRuntime, on loops: EventLoops, acceptor: @escaping Listener.Initializer
  ) throws -> OpenSocket {
    let address: SocketAddress
    switch socket.setting.address {
    case .ip(let host, let port): address = try SocketAddress(ipAddress: host, port: port)
    case .unix(let path): address = try SocketAddress(unixDomainSocketPath: path)
    }
    let bound = Listener.bind(to: address, options: options(socket.setting), on: loops, initializer: acceptor)
    return OpenSocket(socket.setting.address, try bound.result(within: 30))
  }

  /// Stops accepting; the file of a local socket goes, or nobody could bind there again.
  func close() {
    listener.close()
    if case .unix(let path) = address { unlink(path) }
  }

  private static func options(_ setting: ListenSetting) -> ListenerOptions {
    var options = ListenerOptions()
    if let backlog = setting.backlog { options.backlog = Int32(clamping: backlog) }
    options.reusePort = setting.reusePort
    options.ipv6Only = setting.isIPv6Only
    options.receiveBuffer = setting.receiveBuffer.map { Int32(clamping: $0.bytes) }
    options.sendBuffer = setting.sendBuffer.map { Int32(clamping: $0.bytes) }
    options.keepAlive = setting.socketKeepalive ?? false
    return options
  }

  /// `98: Address already in use`.
  static func text(_ error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return "\(error.errnoCode): \(String(cString: strerror(error.errnoCode)))"
  }
}
