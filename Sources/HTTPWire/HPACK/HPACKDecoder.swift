/// Why a header block can't be read: a connection error COMPRESSION_ERROR (RFC 7541 §2.3.3, RFC 9113 §4.3).
public enum HPACKError: Error, Hashable, Sendable {
  case truncated
  case integerTooLarge
  case unknownIndex(Int)
  case malformedHuffman
  /// A size update after the first field, or above what the settings allow (RFC 7541 §4.2).
  case misplacedSizeUpdate
}

/// Reads header blocks, one field at a time (RFC 7541).
public struct HPACKDecoder: ~Copyable {
  private var table: HPACKDynamicTable
  private let maximumTableSize: Int

  /// - Parameter maximumTableSize: what our SETTINGS_HEADER_TABLE_SIZE says, in bytes.
  public init(maximumTableSize: Int = 4096) {
    self.maximumTableSize = maximumTableSize
    table = HPACKDynamicTable(capacity: maximumTableSize)
  }

  /// Reads the field at `position` into `text`: its name, then its value.
  ///
  /// - Parameter position: 0 at a block's beginning; moved behind the field.
  /// - Returns: the name's length; `nil` at the block's end.
  public mutating func next(
    _ block: UnsafeRawBufferPointer, at position: inout Int, into text: inout [UInt8]
  ) throws(HPACKError) -> Int? {
    let isFirst = position == 0
    while position < block.count, block[position] & 0xE0 == 0x20 {
      guard isFirst else { throw .misplacedSizeUpdate }
      try updateSize(block, at: &position)
    }
    guard position < block.count else { return nil }
    text.removeAll(keepingCapacity: true)
    let first = block[position]
    if first & 0x80 != 0 {
      let index = try HPACKInteger.read(block, at: &position, prefix: 7)
      return try copyEntry(index, into: &text)
    }
    let isIndexed = first & 0x40 != 0
    let index = try HPACKInteger.read(block, at: &position, prefix: isIndexed ? 6 : 4)
    let nameLength = try readName(index, block, at: &position, into: &text)
    try readString(block, at: &position, into: &text)
    if isIndexed { table.insert(text: Array(text[...]), nameLength: nameLength) }
    return nameLength
  }

  private mutating func updateSize(
    _ block: UnsafeRawBufferPointer, at position: inout Int
  ) throws(HPACKError) {
    let size = try HPACKInteger.read(block, at: &position, prefix: 5)
    guard size <= maximumTableSize else { throw .misplacedSizeUpdate }
    table.resize(to: size)
  }

  private func copyEntry(_ index: Int, into text: inout [UInt8]) throws(HPACKError) -> Int {
    if index >= 1, index <= HPACKStaticTable.count {
      let entry = HPACKStaticTable.entry(index)
      text.append(contentsOf: entry.name.fieldBytes)
      text.append(contentsOf: entry.value.fieldBytes)
      return entry.name.utf8CodeUnitCount
    }
    let entry = try dynamicEntry(index)
    text.append(contentsOf: entry.text)
    return entry.nameLength
  }

  private func readName(
    _ index: Int, _ block: UnsafeRawBufferPointer, at position: inout Int, into text: inout [UInt8]
  ) throws(HPACKError) -> Int {
    if index == 0 {
      try readString(block, at: &position, into: &text)
    } else if index <= HPACKStaticTable.count {
      text.append(contentsOf: HPACKStaticTable.entry(index).name.fieldBytes)
    } else {
      let entry = try dynamicEntry(index)
      text.append(contentsOf: entry.text[..<entry.nameLength])
    }
    return text.count
  }

  private func dynamicEntry(_ index: Int) throws(HPACKError) -> HPACKDynamicTable.Entry {
    let offset = index - HPACKStaticTable.count - 1
    guard offset >= 0, offset < table.count else { throw .unknownIndex(index) }
    return table[offset]
  }

  private func readString(
    _ block: UnsafeRawBufferPointer, at position: inout Int, into text: inout [UInt8]
  ) throws(HPACKError) {
    guard position < block.count else { throw .truncated }
    let isHuffman = block[position] & 0x80 != 0
    let length = try HPACKInteger.read(block, at: &position, prefix: 7)
    guard length <= block.count - position else { throw .truncated }
    let bytes = UnsafeRawBufferPointer(rebasing: block[position..<position + length])
    position += length
    if isHuffman {
      try HPACKHuffman.decode(bytes, into: &text)
    } else {
      text.append(contentsOf: bytes)
    }
  }
}

/// Integers with a prefix (RFC 7541 §5.1).
enum HPACKInteger {
  /// At most 2^28 or so: longer continuations are refused.
  static func read(
    _ block: UnsafeRawBufferPointer, at position: inout Int, prefix: Int
  ) throws(HPACKError) -> Int {
    guard position < block.count else { throw .truncated }
    let mask = (1 << prefix) - 1
    var value = Int(block[position]) & mask
    position += 1
    guard value == mask else { return value }
    var shift = 0
    while true {
      guard position < block.count else { throw .truncated }
      let byte = block[position]
      position += 1
      value += Int(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
      guard shift <= 21 else { throw .integerTooLarge }
    }
  }

  /// - Parameter pattern: the bits before the prefix.
  static func write(_ value: Int, prefix: Int, pattern: UInt8, into bytes: inout [UInt8]) {
    let mask = (1 << prefix) - 1
    guard value >= mask else { return bytes.append(pattern | UInt8(value)) }
    bytes.append(pattern | UInt8(mask))
    var rest = value - mask
    while rest >= 128 {
      bytes.append(UInt8(truncatingIfNeeded: rest & 0x7F | 0x80))
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
