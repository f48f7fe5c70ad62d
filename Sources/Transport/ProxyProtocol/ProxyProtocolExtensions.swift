/// The type-length-value fields of a version 2 header (proxy-protocol.txt §2.2).
public struct ProxyProtocolExtensions: Hashable, Sendable {
  /// A field that runs over the end.
  public struct Broken: Error {}

  public static let alpn: UInt8 = 0x01
  public static let authority: UInt8 = 0x02
  public static let uniqueID: UInt8 = 0x05
  public static let ssl: UInt8 = 0x20
  public static let netns: UInt8 = 0x30

  private let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public var isEmpty: Bool { bytes.isEmpty }

  /// The value of the first field of `type`; `nil` where there is none before the end.
  public func value(_ type: UInt8) throws(Broken) -> [UInt8]? {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard rest.count >= 3 else { throw Broken() }
      let start = rest.startIndex
      let length = Int(rest[start + 1]) << 8 | Int(rest[start + 2])
      guard rest.count - 3 >= length else { throw Broken() }
      if rest[start] == type { return Array(rest[(start + 3)..<(start + 3 + length)]) }
      rest = rest[(start + 3 + length)...]
    }
    return nil
  }

  /// What the SSL field tells of the client's TLS; `nil` where there is none.
  public func tls() throws(Broken) -> ProxyProtocolTLS? {
    guard let value = try value(Self.ssl) else { return nil }
    guard value.count >= 5 else { throw Broken() }
    let verify = value[1...4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return ProxyProtocolTLS(client: value[0], verify: verify, extensions: ProxyProtocolExtensions(Array(value[5...])))
  }
}

/// The SSL field (proxy-protocol.txt §2.2.6).
public struct ProxyProtocolTLS: Hashable, Sendable {
  public static let version: UInt8 = 0x21
  public static let commonName: UInt8 = 0x22
  public static let cipher: UInt8 = 0x23
  public static let signatureAlgorithm: UInt8 = 0x24
  public static let keyAlgorithm: UInt8 = 0x25

  /// Bits: 1 for TLS, 2 for a certificate on this connection, 4 for one in this session.
  public var client: UInt8
  /// 0 where a certificate was presented and verified.
  public var verify: UInt32
  public var extensions: ProxyProtocolExtensions
}
