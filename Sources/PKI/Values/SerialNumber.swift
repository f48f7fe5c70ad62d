/// A certificate's serial number, as the DER content octets of its INTEGER.
public struct SerialNumber: Hashable, Sendable {
  public var bytes: [UInt8]

  /// Content octets as they are in the certificate.
  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// A positive number, most significant octet first.
  public init(magnitude: [UInt8]) {
    let digits = Array(magnitude.drop { $0 == 0 })
    bytes = digits.isEmpty || digits[0] >= 0x80 ? [0] + digits : digits
  }

  public init(_ number: UInt64) {
    self.init(magnitude: (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) })
  }

  /// The number, when it is not negative and 64 bits hold it.
  public var unsignedValue: UInt64? {
    guard !isNegative else { return nil }
    let digits = bytes.drop { $0 == 0 }
    return digits.count > 8 ? nil : digits.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Hexadecimal digits, any case, colons allowed between octets, `0x` and a minus sign before; nil for anything else.
  public init?(hex: String) {
    var text = Substring(hex)
    let isNegative = text.first == "-"
    if isNegative { text = text.dropFirst() }
    if text.lowercased().hasPrefix("0x") { text = text.dropFirst(2) }
    let characters = text.filter { $0 != ":" }
    let digits = characters.compactMap { $0.isASCII ? $0.hexDigitValue : nil }
    guard !digits.isEmpty, digits.count == characters.count else { return nil }
    let even = digits.count % 2 == 0 ? digits : [0] + digits
    self.init(magnitude: stride(from: 0, to: even.count, by: 2).map { UInt8(even[$0] << 4 | even[$0 + 1]) })
    if isNegative { bytes = Self.negated(bytes) }
  }

  public var isNegative: Bool { bytes.first.map { $0 >= 0x80 } ?? false }

  /// Upper case, an even number of digits, no sign octet; a minus before a negative number: as OpenSSL prints serials
  /// and nginx's `$ssl_client_serial`.
  public var hexString: String {
    let positive = isNegative ? Self.negated(bytes) : bytes
    let digits = positive.drop { $0 == 0 }
    return (isNegative ? "-" : "") + (digits.isEmpty ? "00" : Hexadecimal.upper(digits))
  }

  private static func negated(_ bytes: [UInt8]) -> [UInt8] {
    var result = ([0] + bytes).map { ~$0 }
    if let first = bytes.first, first >= 0x80 { result[0] = 0 }
    for index in result.indices.reversed() {
      result[index] &+= 1
      if result[index] != 0 { break }
    }
    while result.count > 1, result[0] == (result[1] >= 0x80 ? 0xff : 0) { result.removeFirst() }
    return result
  }
}

extension SerialNumber: Comparable {
  /// As numbers.
  public static func < (a: SerialNumber, b: SerialNumber) -> Bool {
    if a.isNegative != b.isNegative { return a.isNegative }
    if a.bytes.count != b.bytes.count { return (a.bytes.count < b.bytes.count) != a.isNegative }
    return a.bytes.lexicographicallyPrecedes(b.bytes)
  }
}

extension SerialNumber: CustomStringConvertible {
  public var description: String { hexString }
}
