import Cryptography

/// What a peer sent: certificates as DER, leaf first, nothing verified.
public struct PresentedChain: Hashable, Sendable {
  public let certificates: [[UInt8]]
  /// How many more the peer sent, which nobody read: more than are admitted.
  public let unread: Int
  /// As `ChainHash` says: the same for every order of the certificates behind the leaf.
  public let hash: [UInt8]

  public init(_ certificates: [[UInt8]], unread: Int = 0) {
    self.certificates = certificates
    self.unread = unread
    hash = ChainHash.of(certificates, unread: unread)
  }

  public var count: Int { certificates.count + unread }

  /// As most clients send it: reading it, whatever is inside, takes no time worth speaking of.
  var isOrdinary: Bool { count <= 4 && certificates.reduce(0) { $0 + $1.count } <= 1 << 14 }

  public static func == (a: Self, b: Self) -> Bool { a.hash == b.hash }
  public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
