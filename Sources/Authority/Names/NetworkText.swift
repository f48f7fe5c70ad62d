import PKI

/// Networks as text and as the octets of a name constraint, address and mask (RFC 5280 §4.2.1.10).
enum NetworkText {
  /// `192.0.2.0/24`; a bare address stands for itself alone.
  static func octets(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let address = parts.first.flatMap({ IPAddressText.octets($0) }), parts.count <= 2 else { return nil }
    let width = address.count * 8
    guard let prefix = parts.count == 2 ? Int(parts[1]) : width, (0...width).contains(prefix) else { return nil }
    let mask = (0..<address.count).map { index -> UInt8 in
      let bits = min(8, max(0, prefix - index * 8))
      return bits == 0 ? 0 : ~UInt8(0) << (8 - bits)
    }
    return zip(address, mask).map { $0 & $1 } + mask
  }

  static func network(_ network: [UInt8], contains address: [UInt8]) -> Bool {
    guard network.count == address.count * 2 else { return false }
    return address.indices.allSatisfy { address[$0] & network[address.count + $0] == network[$0] }
  }
}
