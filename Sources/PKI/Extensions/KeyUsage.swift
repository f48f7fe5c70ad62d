import Cryptography

/// RFC 5280 §4.2.1.3. Bit 0 of the named bit list is bit 0 here.
public struct KeyUsage: ExtensionValue, OptionSet {
  public static let oid = OID.keyUsage
  public var rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let digitalSignature = KeyUsage(rawValue: 1 << 0)
  /// Also called nonRepudiation.
  public static let contentCommitment = KeyUsage(rawValue: 1 << 1)
  public static let keyEncipherment = KeyUsage(rawValue: 1 << 2)
  public static let dataEncipherment = KeyUsage(rawValue: 1 << 3)
  public static let keyAgreement = KeyUsage(rawValue: 1 << 4)
  public static let keyCertSign = KeyUsage(rawValue: 1 << 5)
  public static let cRLSign = KeyUsage(rawValue: 1 << 6)
  public static let encipherOnly = KeyUsage(rawValue: 1 << 7)
  public static let decipherOnly = KeyUsage(rawValue: 1 << 8)

  /// As OpenSSL's configuration spells them, bit 0 first.
  public static let names = [
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign",
    "cRLSign", "encipherOnly", "decipherOnly",
  ]

  /// At least one bit is set, says the clause.
  public init(reading reader: inout DERReader) throws(DERError) {
    let start = reader.position
    rawValue = try NamedBits.read(&reader)
    if rawValue == 0 { throw DERError(.invalidBitString, at: start) }
  }

  public func write(to writer: inout DERWriter) { writer.namedBits(rawValue, count: 9) }

  /// Names of the bits that are set.
  public var names: [String] {
    Self.names.enumerated().filter { rawValue & 1 << $0.offset != 0 }.map(\.element)
  }
}

/// Named bit lists of up to 16 bits; further bits are passed over.
enum NamedBits {
  static func read(_ reader: inout DERReader, tag: DERTag = .bitString) throws(DERError) -> UInt16 {
    let (content, _) = try reader.readBitString(tag)
    var bits: UInt16 = 0
    for (index, octet) in reader.bytes[content].prefix(2).enumerated() {
      for bit in 0..<8 where octet & (0x80 >> UInt8(bit)) != 0 { bits |= 1 << UInt16(index * 8 + bit) }
    }
    return bits
  }
}
