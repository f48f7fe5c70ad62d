extension DERReader {
  /// BOOLEAN; DER allows 00 and FF only (X.690 §11.1).
  public mutating func readBoolean(_ tag: DERTag = .boolean) throws(DERError) -> Bool {
    let element = try read(tag)
    guard element.content.count == 1 else { throw DERError(.invalidBoolean, at: element.start) }
    switch bytes[element.contentStart] {
    case 0x00: return false
    case 0xff: return true
    default: throw DERError(.invalidBoolean, at: element.start)
    }
  }

  /// BOOLEAN DEFAULT FALSE; an encoded default is refused (X.690 §11.5).
  public mutating func readBooleanDefaultFalse(_ tag: DERTag = .boolean) throws(DERError) -> Bool {
    guard nextTag == tag else { return false }
    let start = position
    guard try readBoolean(tag) else { throw DERError(.encodedDefault, at: start) }
    return true
  }

  /// An INTEGER's content octets, checked to be minimal (X.690 §8.3.2).
  public mutating func readIntegerElement(_ tag: DERTag = .integer) throws(DERError) -> DERElement {
    let element = try read(tag)
    let content = element.content
    guard let first = content.first.map({ bytes[$0] }) else { throw DERError(.invalidInteger, at: element.start) }
    if content.count > 1 {
      let secondIsHigh = bytes[element.contentStart + 1] >= 0x80
      let isPadded = (first == 0x00 && !secondIsHigh) || (first == 0xff && secondIsHigh)
      if isPadded { throw DERError(.invalidInteger, at: element.start) }
    }
    return element
  }

  /// An INTEGER that is not negative and fits an `Int`.
  public mutating func readUnsigned(_ tag: DERTag = .integer) throws(DERError) -> Int {
    let element = try readIntegerElement(tag)
    let content = bytes[element.content]
    guard content.count <= 8, content[content.startIndex] < 0x80 else {
      throw DERError(.integerOutOfRange, at: element.start)
    }
    return content.reduce(0) { $0 << 8 | Int($1) }
  }

  /// BIT STRING as its bytes (a reference into the input) and the number of unused bits (X.690 §11.2: they are zero).
  public mutating func readBitString(
    _ tag: DERTag = .bitString
  ) throws(DERError) -> (content: Range<Int>, unusedBits: Int) {
    let element = try read(tag)
    guard let unused = element.content.first.map({ Int(bytes[$0]) }), unused < 8 else {
      throw DERError(.invalidBitString, at: element.start)
    }
    let content = element.contentStart + 1..<element.end
    if unused > 0 {
      guard let last = content.last, bytes[last] & UInt8((1 << unused) - 1) == 0 else {
        throw DERError(.invalidBitString, at: element.start)
      }
    }
    return (content, unused)
  }

  /// The BIT STRING of a signature, nil when it does not hold whole bytes: then there is a signature, and it is wrong.
  public mutating func readSignature() throws(DERError) -> Range<Int>? {
    let element = try read(.bitString)
    guard let unused = element.content.first.map({ bytes[$0] }) else {
      throw DERError(.invalidBitString, at: element.start)
    }
    return unused == 0 ? element.contentStart + 1..<element.end : nil
  }

  /// BIT STRING that holds whole bytes.
  public mutating func readOctetAlignedBitString() throws(DERError) -> [UInt8] {
    let start = position
    let (content, unused) = try readBitString()
    guard unused == 0 else { throw DERError(.invalidBitString, at: start) }
    return Array(bytes[content])
  }

  /// OBJECT IDENTIFIER's content octets, checked (X.690 §8.19: complete, no padding).
  public mutating func readObjectIdentifier(_ tag: DERTag = .objectIdentifier) throws(DERError) -> DERElement {
    let element = try read(tag)
    let content = element.content
    guard let last = content.last, bytes[last] < 0x80 else {
      throw DERError(.invalidObjectIdentifier, at: element.start)
    }
    var startsArc = true
    for offset in content {
      if startsArc && bytes[offset] == 0x80 { throw DERError(.invalidObjectIdentifier, at: element.start) }
      startsArc = bytes[offset] < 0x80
    }
    return element
  }

  public mutating func readOctetString(_ tag: DERTag = .octetString) throws(DERError) -> [UInt8] {
    content(try read(tag))
  }

  public mutating func readNull() throws(DERError) {
    let element = try read(.null)
    guard element.content.isEmpty else { throw DERError(.invalidNull, at: element.start) }
  }
}
