import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How far a request may go. What decides is each address that is about to be connected to, after the name's lookup and
/// again after every redirect: a name can't lead elsewhere between the check and the use.
public struct AddressReach: Sendable {
  /// Whether the URL's host may be found on this machine or in an inner network.
  private let mayBeInner: @Sendable (FetchURL) -> Bool

  /// Public addresses, and inner ones where `mayBeInner` says so of the URL.
  public init(mayBeInner: @escaping @Sendable (FetchURL) -> Bool) { self.mayBeInner = mayBeInner }

  /// For URLs that the operator wrote.
  public static let anywhere = AddressReach { _ in true }

  /// Those of the addresses that may be asked.
  func admitted(_ addresses: [SocketAddress], of url: FetchURL) -> [SocketAddress] {
    mayBeInner(url) ? addresses : addresses.filter { $0.octets.map(PublicAddress.contains) ?? false }
  }
}

extension SocketAddress {
  /// Four or sixteen bytes; `nil` for a unix socket.
  fileprivate var octets: [UInt8]? {
    switch self {
    case .v4(let address): withUnsafeBytes(of: address.address.sin_addr, Array.init)
    case .v6(let address): withUnsafeBytes(of: address.address.sin6_addr, Array.init)
    case .unixDomainSocket: nil
    }
  }
}

/// The addresses that belong to the Internet at large (RFC 6890, and IANA's registries of special-purpose addresses):
/// neither this machine, nor a link, nor a private network, nor anything that could be translated into one.
enum PublicAddress {
  /// - Parameter octets: four or sixteen.
  static func contains(_ octets: [UInt8]) -> Bool {
    switch octets.count {
    case 4: !special4.contains { $0.contains(octets) }
    case 16: contains6(octets)
    default: false
    }
  }

  private static func contains6(_ octets: [UInt8]) -> Bool {
    // IPv4-mapped (RFC 4291 §2.5.5.2), and what a translator turns into the IPv4 address at its end (RFC 6052 §2.1).
    if mapped.contains(octets) || translated.contains(octets) { return contains(Array(octets.suffix(4))) }
    // Whatever is not global unicast is special or not assigned.
    guard globalUnicast.contains(octets), !special6.contains(where: { $0.contains(octets) }) else { return false }
    // 6to4 (RFC 3056 §2) and ISATAP (RFC 5214 §6.1) carry the IPv4 address of a tunnel's end.
    if sixToFour.contains(octets), !contains(Array(octets[2..<6])) { return false }
    let isISATAP = octets[8] & ~3 == 0 && octets[9...11].elementsEqual([0, 0x5e, 0xfe])
    return !isISATAP || contains(Array(octets.suffix(4)))
  }

  private static let mapped = Block([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 96)
  private static let translated = Block([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], 96)
  private static let globalUnicast = Block([0x20], 3)
  private static let sixToFour = Block([0x20, 0x02], 16)

  private static let special4 = [
    Block([0], 8),  // this network (RFC 791 §3.2)
    Block([10], 8),  // private (RFC 1918)
    Block([100, 64], 10),  // shared by carriers (RFC 6598)
    Block([127], 8),  // loopback (RFC 1122 §3.2.1.3)
    Block([169, 254], 16),  // link-local (RFC 3927)
    Block([172, 16], 12),  // private
    Block([192, 0, 0], 24),  // protocol assignments (RFC 6890 §2.1)
    Block([192, 0, 2], 24),  // documentation (RFC 5737)
    Block([192, 88, 99], 24),  // 6to4 relays (RFC 7526)
    Block([192, 168], 16),  // private
    Block([198, 18], 15),  // benchmarks (RFC 2544)
    Block([198, 51, 100], 24),  // documentation
    Block([203, 0, 113], 24),  // documentation
    Block([224], 4),  // multicast (RFC 5771)
    Block([240], 4),  // reserved, and broadcast (RFC 1112 §4)
  ]

  private static let special6 = [
    Block([0x20, 0x01, 0, 0], 23),  // protocol assignments, Teredo among them (RFC 4380)
    Block([0x20, 0x01, 0x0d, 0xb8], 32),  // documentation (RFC 3849)
    Block([0x3f, 0xff, 0], 20),  // documentation (RFC 9637)
  ]

  /// The addresses whose first `bits` are these.
  private struct Block {
    let octets: [UInt8]
    let bits: Int

    init(_ octets: [UInt8], _ bits: Int) {
      self.octets = octets
      self.bits = bits
    }

    func contains(_ address: [UInt8]) -> Bool {
      (0..<bits).allSatisfy { bit in
        let own = bit / 8 < octets.count ? octets[bit / 8] : 0
        return (address[bit / 8] ^ own) & (0x80 >> UInt8(bit % 8)) == 0
      }
    }
  }
}
