import Cryptography

/// An OBJECT IDENTIFIER: its DER content octets.
public struct OID: Hashable, Sendable {
  public let bytes: [UInt8]

  /// Content octets that a reader has checked.
  init(checked bytes: [UInt8]) { self.bytes = bytes }

  /// Content octets; nil when they are no OBJECT IDENTIFIER.
  public init?(content bytes: [UInt8]) {
    var reader = DERReader(DERWriter.bytes { $0.objectIdentifier(bytes) })
    guard (try? reader.readObjectIdentifier()) != nil else { return nil }
    self.bytes = bytes
  }

  /// `2.5.4.3`; nil when it is not a dotted OID with arcs of at most 64 bits.
  public init?(_ dotted: String) {
    let arcs = dotted.split(separator: ".", omittingEmptySubsequences: false).map { UInt64($0) }
    guard arcs.count >= 2, let root = arcs[0], let second = arcs[1], root < 3, root == 2 || second < 40,
      second <= UInt64.max - 80
    else { return nil }
    var bytes = Self.base128(root * 40 + second)
    for arc in arcs.dropFirst(2) {
      guard let arc else { return nil }
      bytes += Self.base128(arc)
    }
    self.bytes = bytes
  }

  private static func base128(_ arc: UInt64) -> [UInt8] {
    var octets = [UInt8(arc & 0x7f)]
    var rest = arc >> 7
    while rest > 0 {
      octets.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return octets.reversed()
  }
}

extension OID: CustomStringConvertible {
  /// Dotted, arcs of any size.
  public var description: String {
    var arcs: [String] = []
    var digits: [UInt8] = []
    for byte in bytes {
      digits.append(byte & 0x7f)
      guard byte < 0x80 else { continue }
      if digits.count > 9 {
        arcs.append(Self.decimal(digits))
      } else {
        let arc = digits.reduce(UInt64(0)) { $0 << 7 | UInt64($1) }
        let root = min(arc / 40, 2)
        arcs += arcs.isEmpty ? [String(root), String(arc - root * 40)] : [String(arc)]
      }
      digits = []
    }
    return arcs.joined(separator: ".")
  }

  /// Base 128 to base 10, for arcs that no machine word holds (UUIDs under 2.25).
  private static func decimal(_ digits: [UInt8]) -> String {
    var result: [UInt8] = [0]
    for digit in digits {
      var carry = Int(digit)
      for index in result.indices {
        carry += Int(result[index]) * 128
        result[index] = UInt8(carry % 10)
        carry /= 10
      }
      while carry > 0 {
        result.append(UInt8(carry % 10))
        carry /= 10
      }
    }
    return String(decoding: result.reversed().map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
  }
}
