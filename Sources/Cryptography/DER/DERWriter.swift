/// Builds DER. Nested structures are written through closures; lengths are filled in behind them.
public struct DERWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  /// The bytes `body` writes.
  public static func bytes(_ body: (inout DERWriter) -> Void) -> [UInt8] {
    var writer = DERWriter()
    body(&writer)
    return writer.bytes
  }

  /// A constructed element around what `body` writes.
  public mutating func constructed(_ tag: DERTag, _ body: (inout DERWriter) -> Void) {
    bytes.append(tag.rawValue)
    let start = bytes.count
    body(&self)
    bytes.insert(contentsOf: Self.length(bytes.count - start), at: start)
  }

  public mutating func sequence(_ body: (inout DERWriter) -> Void) { constructed(.sequence, body) }

  /// SET OF: elements are put in the order DER wants (X.690 §11.6).
  public mutating func setOf(_ elements: [[UInt8]], tag: DERTag = .set) {
    let sorted = elements.sorted { $0.lexicographicallyPrecedes($1) }
    constructed(tag) { writer in
      for element in sorted { writer.raw(element) }
    }
  }

  public mutating func primitive(_ tag: DERTag, _ content: some Collection<UInt8>) {
    bytes.append(tag.rawValue)
    bytes.append(contentsOf: Self.length(content.count))
    bytes.append(contentsOf: content)
  }

  /// Bytes that are DER already.
  public mutating func raw(_ der: some Collection<UInt8>) { bytes.append(contentsOf: der) }

  /// One byte: `length` octets of X.690 §8.1.3 in their shortest form.
  static func length(_ count: Int) -> [UInt8] {
    guard count >= 0x80 else { return [UInt8(count)] }
    let octets = (Int.bitWidth - count.leadingZeroBitCount + 7) / 8
    return [0x80 | UInt8(octets)] + (0..<octets).reversed().map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
  }
}

extension DERWriter {
  public mutating func boolean(_ value: Bool, tag: DERTag = .boolean) {
    primitive(tag, CollectionOfOne(value ? 0xff : 0x00))
  }

  public mutating func integer(_ value: Int, tag: DERTag = .integer) {
    var content = (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    while content.count > 1, content[0] == (value < 0 ? 0xff : 0), (content[1] >= 0x80) == (value < 0) {
      content.removeFirst()
    }
    primitive(tag, content)
  }

  /// An INTEGER from the bytes of an unsigned number, most significant first.
  public mutating func unsignedInteger(_ magnitude: [UInt8], tag: DERTag = .integer) {
    let digits = Array(magnitude.drop { $0 == 0 })
    primitive(tag, digits.isEmpty || digits[0] >= 0x80 ? [0] + digits : digits)
  }

  public mutating func octetString(_ value: [UInt8], tag: DERTag = .octetString) { primitive(tag, value) }

  public mutating func bitString(_ value: [UInt8], unusedBits: UInt8 = 0, tag: DERTag = .bitString) {
    primitive(tag, [unusedBits] + value)
  }

  /// Named bits, bit 0 first; trailing zero bits are dropped (X.690 §11.2.2).
  public mutating func namedBits(_ bits: UInt16, count: Int, tag: DERTag = .bitString) {
    guard let last = (0..<count).last(where: { bits & (1 << $0) != 0 }) else { return bitString([], tag: tag) }
    var octets = [UInt8](repeating: 0, count: last / 8 + 1)
    for bit in 0...last where bits & (1 << bit) != 0 { octets[bit / 8] |= 0x80 >> UInt8(bit % 8) }
    bitString(octets, unusedBits: UInt8(7 - last % 8), tag: tag)
  }

  public mutating func null() { primitive(.null, EmptyCollection<UInt8>()) }

  /// An OBJECT IDENTIFIER from its content octets.
  public mutating func objectIdentifier(_ content: [UInt8], tag: DERTag = .objectIdentifier) {
    primitive(tag, content)
  }
}
