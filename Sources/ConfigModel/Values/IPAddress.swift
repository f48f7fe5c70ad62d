import Glibc

/// Numeric addresses, checked and brought to one spelling.
enum IPAddress {
  static func isIPv4(_ text: String) -> Bool {
    var address = in_addr()
    return inet_pton(AF_INET, text, &address) == 1
  }

  static func isIPv6(_ text: String) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET6, text, &address) == 1
  }

  /// The shortest spelling (RFC 5952), by which addresses are compared; the text itself where it is no IPv6 address.
  static func canonical(_ text: String) -> String {
    var address = in6_addr()
    guard inet_pton(AF_INET6, text, &address) == 1 else { return text }
    let bytes = [CChar](unsafeUninitializedCapacity: Int(INET6_ADDRSTRLEN)) { buffer, count in
      let end = inet_ntop(AF_INET6, &address, buffer.baseAddress, socklen_t(buffer.count))
      count = end == nil ? 0 : strlen(buffer.baseAddress!)
    }
    return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
