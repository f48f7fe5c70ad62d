/// Turns BER into DER as far as PKCS#12 files need it: indefinite and long lengths, and octet strings in pieces
/// (X.690 §8.1.3, §8.7.3).
enum BER {
  private static let maximumDepth = 32

  /// One element and nothing behind it.
  static func normalized(_ bytes: [UInt8]) throws(DERError) -> [UInt8] {
    var cursor = Cursor(bytes: bytes, position: 0, end: bytes.count)
    let result = try element(&cursor, depth: 0)
    guard cursor.position == cursor.end else { throw DERError(.trailingBytes, at: cursor.position) }
    return result
  }

  private struct Cursor {
    let bytes: [UInt8]
    var position: Int
    var end: Int

    mutating func byte() throws(DERError) -> UInt8 {
      guard position < end else { throw DERError(.truncated, at: position) }
      defer { position += 1 }
      return bytes[position]
    }

    /// Nil for the indefinite form.
    mutating func length() throws(DERError) -> Int? {
      let first = try byte()
      guard first >= 0x80 else { return Int(first) }
      guard first != 0x80 else { return nil }
      guard first <= 0x84 else { throw DERError(.lengthTooLarge, at: position) }
      var length = 0
      for _ in 0..<first & 0x7f { length = length << 8 | Int(try byte()) }
      return length
    }

    var isAtEndOfContents: Bool { position + 2 <= end && bytes[position] == 0 && bytes[position + 1] == 0 }
  }

  private static func element(_ cursor: inout Cursor, depth: Int) throws(DERError) -> [UInt8] {
    let start = cursor.position
    guard depth < maximumDepth else { throw DERError(.tooManyElements, at: start) }
    let tag = try cursor.byte()
    guard tag & 0x1f != 0x1f else { throw DERError(.highTagNumber, at: start) }
    let length = try cursor.length()
    if let length, length > cursor.end - cursor.position { throw DERError(.truncated, at: start) }
    guard tag & 0x20 != 0 else {
      guard let length else { throw DERError(.indefiniteLength, at: start) }
      defer { cursor.position += length }
      let content = cursor.bytes[cursor.position..<cursor.position + length]
      return DERWriter.bytes { $0.primitive(DERTag(tag), content) }
    }
    let parts = try contents(&cursor, length: length, depth: depth)
    guard tag == 0x24 else { return DERWriter.bytes { $0.primitive(DERTag(tag), parts.joined()) } }
    return try joinedOctets(parts, at: start)
  }

  private static func contents(_ cursor: inout Cursor, length: Int?, depth: Int) throws(DERError) -> [[UInt8]] {
    var parts: [[UInt8]] = []
    guard let length else {
      while !cursor.isAtEndOfContents { parts.append(try element(&cursor, depth: depth + 1)) }
      cursor.position += 2
      return parts
    }
    var inside = Cursor(bytes: cursor.bytes, position: cursor.position, end: cursor.position + length)
    while inside.position < inside.end { parts.append(try element(&inside, depth: depth + 1)) }
    cursor.position = inside.end
    return parts
  }

  /// The pieces of an octet string as one primitive octet string.
  private static func joinedOctets(_ parts: [[UInt8]], at start: Int) throws(DERError) -> [UInt8] {
    var octets: [UInt8] = []
    for part in parts {
      var reader = DERReader(part)
      guard reader.nextTag == .octetString else { throw DERError(.unexpectedTag, at: start) }
      octets += try reader.readOctetString()
    }
    return DERWriter.bytes { $0.octetString(octets) }
  }
}
