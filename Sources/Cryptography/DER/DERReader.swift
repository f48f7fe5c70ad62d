/// One tag, length and value: offsets into the bytes it was read from.
public struct DERElement: Hashable, Sendable {
  public var tag: DERTag
  /// Offset of the identifier octet.
  public var start: Int
  /// Offset of the first content octet.
  public var contentStart: Int
  /// Offset behind the last content octet.
  public var end: Int

  @inlinable
  public init(tag: DERTag, start: Int, contentStart: Int, end: Int) {
    self.tag = tag
    self.start = start
    self.contentStart = contentStart
    self.end = end
  }

  /// Tag and length included.
  @inlinable public var range: Range<Int> { start..<end }
  @inlinable public var content: Range<Int> { contentStart..<end }
}

/// A cursor over DER (X.690 §10): strict about lengths, allocates nothing, never reads outside of its bounds.
public struct DERReader: Sendable {
  public let bytes: [UInt8]
  public private(set) var position: Int
  /// Offset behind the last byte this reader may touch.
  public let end: Int

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  /// Reads `range` of `bytes`; the range is cut to what is there.
  public init(_ bytes: [UInt8], range: Range<Int>) {
    self.bytes = bytes
    position = min(max(range.lowerBound, 0), bytes.count)
    end = min(max(range.upperBound, position), bytes.count)
  }

  public var isAtEnd: Bool { position >= end }
  /// The next element's tag, nil at the end.
  public var nextTag: DERTag? { position < end ? DERTag(bytes[position]) : nil }

  /// A reader over the content of `element`, which came from the same bytes.
  public func inside(_ element: DERElement) -> DERReader {
    DERReader(bytes, range: element.content)
  }

  /// The next element, whatever its tag.
  public mutating func next() throws(DERError) -> DERElement {
    let start = position
    guard start + 2 <= end else { throw DERError(.truncated, at: start) }
    let tag = bytes[start]
    guard tag & 0x1f != 0x1f else { throw DERError(.highTagNumber, at: start) }
    var offset = start + 2
    let first = bytes[start + 1]
    let length = first < 0x80 ? Int(first) : try longLength(first, &offset, start)
    guard length <= end - offset else { throw DERError(.truncated, at: start) }
    position = offset + length
    return DERElement(tag: DERTag(tag), start: start, contentStart: offset, end: offset + length)
  }

  /// X.690 §10.1: the definite form in the fewest octets.
  private func longLength(_ first: UInt8, _ offset: inout Int, _ start: Int) throws(DERError) -> Int {
    let octets = Int(first & 0x7f)
    guard octets > 0 else { throw DERError(.indefiniteLength, at: start) }
    guard octets <= 4 else { throw DERError(.lengthTooLarge, at: start) }
    guard offset + octets <= end else { throw DERError(.truncated, at: start) }
    var length = 0
    for _ in 0..<octets {
      length = length << 8 | Int(bytes[offset])
      offset += 1
    }
    guard length >= 0x80, octets == 1 || length >> (8 * (octets - 1)) != 0 else {
      throw DERError(.lengthNotMinimal, at: start)
    }
    return length
  }

  /// The next element, which must have this tag.
  public mutating func read(_ tag: DERTag) throws(DERError) -> DERElement {
    guard let found = nextTag else { throw DERError(.truncated, at: position) }
    guard found == tag else { throw DERError(.unexpectedTag, at: position) }
    return try next()
  }

  /// The next element if it has this tag, or nil with the cursor where it was.
  public mutating func readIfPresent(_ tag: DERTag) throws(DERError) -> DERElement? {
    nextTag == tag ? try next() : nil
  }

  /// A reader over the content of the next element, which must have this tag.
  public mutating func enter(_ tag: DERTag = .sequence) throws(DERError) -> DERReader {
    inside(try read(tag))
  }

  /// As `enter`, or nil with the cursor where it was when the next tag is another.
  public mutating func enterIfPresent(_ tag: DERTag) throws(DERError) -> DERReader? {
    nextTag == tag ? inside(try next()) : nil
  }

  /// Refuses bytes that nobody has read.
  public func finish() throws(DERError) {
    guard isAtEnd else { throw DERError(.trailingBytes, at: position) }
  }

  /// The content octets of an element read from here.
  public func content(_ element: DERElement) -> [UInt8] { Array(bytes[element.content]) }
  /// An element read from here, tag and length included.
  public func whole(_ element: DERElement) -> [UInt8] { Array(bytes[element.range]) }
}
