import Cryptography

/// The number of a CRL as the ledger keeps it: hexadecimal, any length up to 20 octets (RFC 5280 §5.2.3).
struct CRLCounter: Hashable, Comparable {
  /// Big-endian, without leading zeros; empty is zero.
  let magnitude: [UInt8]

  init(magnitude: some Sequence<UInt8>) { self.magnitude = Array(magnitude.drop { $0 == 0 }) }

  /// Any number of hexadecimal digits; nil for anything else and beyond 20 octets.
  init?(hex: String) {
    guard hex.allSatisfy(\.isHexDigit) else { return nil }
    let digits = (hex.count.isMultiple(of: 2) ? "" : "0") + hex
    let pairs = stride(from: 0, to: digits.utf8.count, by: 2).map { digits.dropFirst($0).prefix(2) }
    self.init(magnitude: pairs.compactMap { UInt8($0, radix: 16) })
    guard magnitude.count <= 20 else { return nil }
  }

  /// The first number is 1.
  var next: CRLCounter {
    var bytes = [0] + magnitude
    for index in bytes.indices.reversed() {
      bytes[index] &+= 1
      if bytes[index] != 0 { break }
    }
    return CRLCounter(magnitude: bytes)
  }

  var previous: CRLCounter {
    var bytes = magnitude
    for index in bytes.indices.reversed() {
      bytes[index] &-= 1
      if bytes[index] != 0xFF { break }
    }
    return magnitude.isEmpty ? self : CRLCounter(magnitude: bytes)
  }

  /// Upper case, an even number of digits, `00` for zero: as in openssl's `crlnumber` file.
  var hexString: String { magnitude.isEmpty ? "00" : HexText.lower(magnitude).uppercased() }

  static func < (one: CRLCounter, other: CRLCounter) -> Bool {
    guard one.magnitude.count == other.magnitude.count else { return one.magnitude.count < other.magnitude.count }
    return one.magnitude.lexicographicallyPrecedes(other.magnitude)
  }
}
