import Glibc
import NIOCore

extension VariableTable {
  /// The connection and the machine.
  static let network: [String: VariableGetter] = [
    "remote_addr": bytes { $0.clientText },
    "remote_port": { request, out in appendPort(request.clientAddress, to: &out) },
    "binary_remote_addr": { request, out in
      appendBinary(request.clientAddress, to: &out)
      return true
    },
    "realip_remote_addr": bytes { $0.connection.remoteText },
    "realip_remote_port": { request, out in appendPort(request.connection.remoteAddress, to: &out) },
    "server_addr": bytes { $0.connection.localText },
    "server_port": { request, out in appendPort(request.connection.localAddress, to: &out) },
    "server_name": bytes { $0.server.name },
    "connection": { request, out in
      out.append(decimal: request.connection.number)
      return true
    },
    "connection_requests": number { $0.exchange.requestsOnConnection },
    "connection_time": { request, out in
      out.append(milliseconds: (NIODeadline.now() - request.connection.acceptedAt).milliseconds)
      return true
    },
    "hostname": bytes { _ in HostIdentity.name },
    "pid": number { _ in Int(getpid()) },
    "nginx_version": bytes { _ in Array(Product.version.utf8) },
    "pipe": bytes { [UInt8(ascii: $0.exchange.isPipelined ? "p" : ".")] },
  ]

  /// What `stub_status` counts.
  static let connections: [String: VariableGetter] = [
    "connections_active": number { $0.connection.counters.totals[.active] },
    "connections_reading": number { $0.connection.counters.totals[.reading] },
    "connections_writing": number { $0.connection.counters.totals.openRequests },
    "connections_waiting": number { $0.connection.counters.totals[.idle] },
  ]

  @Sendable private static func appendPort(_ address: SocketAddress, to out: inout [UInt8]) -> Bool {
    if let port = address.port, port > 0 { out.append(decimal: port) }
    return true
  }

  private static func appendBinary(_ address: SocketAddress, to out: inout [UInt8]) {
    switch address {
    case .v4(let address): withUnsafeBytes(of: address.address.sin_addr) { out.append(contentsOf: $0) }
    case .v6(let address): withUnsafeBytes(of: address.address.sin6_addr) { out.append(contentsOf: $0) }
    case .unixDomainSocket: out.append(ascii: "unix:")
    }
  }
}

extension TimeAmount {
  var milliseconds: Int64 { nanoseconds / 1_000_000 }
}
