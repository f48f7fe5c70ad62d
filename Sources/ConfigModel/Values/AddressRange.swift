import ConfigSyntax
import Glibc

/// Addresses with a common beginning, as `192.0.2.0/24` or `2001:db8::/32`; one address; or all local sockets.
public enum AddressRange: Hashable, Sendable {
  /// 4 or 16 bytes, the bits behind the prefix zero.
  case network([UInt8], prefix: Int)
  /// `unix:`.
  case local

  /// Whether an address of 4 or 16 bytes belongs to it.
  public func contains(_ address: [UInt8]) -> Bool {
    guard case .network(let bytes, let prefix) = self, bytes.count == address.count else { return false }
    return Self.masked(address, prefix) == bytes
  }

  /// A numeric address with or without a prefix length; `nil` for anything else.
  ///
  /// - Returns: the range, and whether bits behind the prefix were set, which mean nothing.
  static func parse(_ text: String) -> (range: AddressRange, hasStrayBits: Bool)? {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let bytes = IPAddress.bytes(String(parts[0])) else { return nil }
    var prefix = bytes.count * 8
    if parts.count == 2 {
      guard let length = Int(configuration: parts[1].utf8), length <= prefix else { return nil }
      prefix = length
    }
    let masked = masked(bytes, prefix)
    return (.network(masked, prefix: prefix), masked != bytes)
  }

  private static func masked(_ bytes: [UInt8], _ prefix: Int) -> [UInt8] {
    bytes.enumerated().map { index, byte in
      let bits = min(8, max(0, prefix - 8 * index))
      return bits == 8 ? byte : byte & ~(0xFF >> UInt8(bits))
    }
  }
}

extension IPAddress {
  /// The 4 or 16 bytes of a numeric address, without brackets.
  static func bytes(_ text: String) -> [UInt8]? {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
    var sixteen = in6_addr()
    if inet_pton(AF_INET6, text, &sixteen) == 1 { return withUnsafeBytes(of: sixteen) { Array($0) } }
    return nil
  }
}
