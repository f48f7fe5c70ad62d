import ConfigModel
import HTTPWire
import NIOCore

/// A client behind a proxy.
struct RealClient {
  let address: SocketAddress
  /// `$remote_addr`.
  let text: [UInt8]
}

/// `set_real_ip_from`, `real_ip_header` and `real_ip_recursive` of a place.
struct RealIPRuntime: Sendable {
  private let trusted: [AddressRange]
  private let header: RealIPHeader
  private let isRecursive: Bool

  /// `nil` where nobody's word is taken.
  init?(_ settings: RealIPSettings) {
    guard !settings.from.isEmpty else { return nil }
    trusted = settings.from
    header = settings.header
    isRecursive = settings.isRecursive
  }

  /// `nil` where the client is who is connected.
  func client(of request: Request) -> RealClient? {
    var address = request.connection.remoteAddress
    guard trusts(address), follow(values(of: request), from: &address) else { return nil }
    if header == .proxyProtocol { address.port = request.connection.proxyProtocol?.sourcePort }
    return RealClient(address: address, text: address.textWithoutPort)
  }

  /// What names the client: for lists, the last first.
  private func values(of request: Request) -> [[UInt8]] {
    let fields = request.head.fields
    switch header {
    case .realIP: return fields.first("x-real-ip").map { [$0] } ?? []
    case .forwardedFor: return fields.all("x-forwarded-for").reversed()
    case .proxyProtocol: return request.connection.proxyProtocol.map { [Array($0.sourceAddress.utf8)] } ?? []
    case .field(let name): return fields.first(name).map { [$0] } ?? []
    }
  }

  /// Goes back along the proxies as far as they are trusted.
  ///
  /// - Returns: whether `address` was changed.
  private func follow(_ values: [[UInt8]], from address: inout SocketAddress) -> Bool {
    var isFound = false
    for value in values {
      var rest = value[...]
      repeat {
        guard trusts(address), let next = Self.takeLast(&rest) else { return isFound }
        address = next
        isFound = true
      } while isRecursive && !rest.isEmpty
      if !isRecursive { break }
    }
    return isFound
  }

  private func trusts(_ address: SocketAddress) -> Bool {
    guard let bytes = address.addressBytes else { return trusted.contains(.local) }
    return trusted.contains { $0.contains(bytes) }
  }

  /// The last element of a list and what stands before it; `nil` where it is no address.
  private static func takeLast(_ list: inout ArraySlice<UInt8>) -> SocketAddress? {
    func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: ",") }
    while let last = list.last, isSeparator(last) { list.removeLast() }
    let start = list.lastIndex(where: isSeparator).map { $0 + 1 } ?? list.startIndex
    let element = list[start...]
    list = list[..<start]
    while let last = list.last, isSeparator(last) { list.removeLast() }
    return SocketAddress(addressAndPort: element)
  }
}

extension SocketAddress {
  /// 4 or 16 bytes, those of IPv4 where they are mapped into IPv6; `nil` for a local socket.
  var addressBytes: [UInt8]? {
    switch self {
    case .v4(let address): return withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
    case .v6(let address):
      let bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
      let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
      return isMapped ? Array(bytes[12...]) : bytes
    case .unixDomainSocket: return nil
    }
  }

  /// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`; without a port it is 0.
  init?(addressAndPort text: ArraySlice<UInt8>) {
    if let address = try? SocketAddress(ipAddress: Array(text).asText, port: 0) {
      self = address
      return
    }
    let isBracketed = text.first == UInt8(ascii: "[")
    let end = text.lastIndex(of: isBracketed ? UInt8(ascii: "]") : UInt8(ascii: ":"))
    guard let end else { return nil }
    let host = isBracketed ? text[(text.startIndex + 1)..<end] : text[..<end]
    var rest = text[end...]
    if isBracketed { rest = rest.dropFirst() }
    var port = 0
    if !rest.isEmpty {
      guard rest.first == UInt8(ascii: ":"), let number = decimalNumber(rest.dropFirst()), number <= 65535 else {
        return nil
      }
      port = number
    }
    guard let address = try? SocketAddress(ipAddress: Array(host).asText, port: port) else { return nil }
    self = address
  }
}

extension Request {
  /// Where the connection comes from, or a trusted proxy says that it does.
  var clientAddress: SocketAddress { realClient?.address ?? connection.remoteAddress }
  var clientText: [UInt8] { realClient?.text ?? connection.remoteText }

  /// Asked before the server's statements, and again where the location says otherwise; the first answer stays.
  func findRealClient(_ setting: RealIPRuntime?) {
    guard realClient == nil, let setting else { return }
    realClient = setting.client(of: self)
  }
}
