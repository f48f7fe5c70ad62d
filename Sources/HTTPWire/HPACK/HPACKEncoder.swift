/// Writes header blocks (RFC 7541).
public struct HPACKEncoder: ~Copyable {
  public enum Indexing: Sendable {
    /// Remembered by both sides, for fields that come again.
    case incremental
    case none
    /// A secret: no intermediary may remember it (RFC 7541 §7.1.3).
    case never
  }

  private var table: HPACKDynamicTable
  private let usesHuffman: Bool
  private let maximumTableSize: Int
  /// The smallest and the last size since the last block, to be announced in the next (RFC 7541 §4.2).
  private var announcedSizes: (smallest: Int, last: Int)?
  private var scratch: [UInt8] = []

  /// - Parameter maximumTableSize: the most this side spends, whatever the peer allows, in bytes.
  public init(maximumTableSize: Int = 4096, usesHuffman: Bool = true) {
    self.maximumTableSize = maximumTableSize
    self.usesHuffman = usesHuffman
    table = HPACKDynamicTable(capacity: min(4096, maximumTableSize))
    if maximumTableSize < 4096 { announcedSizes = (maximumTableSize, maximumTableSize) }
  }

  /// The peer's SETTINGS_HEADER_TABLE_SIZE changed.
  public mutating func setPeerTableSize(_ size: Int) {
    let chosen = min(size, maximumTableSize)
    guard chosen != table.capacity else { return }
    announcedSizes = (min(announcedSizes?.smallest ?? chosen, chosen), chosen)
    table.resize(to: chosen)
  }

  /// Begins a block; every block is written whole before the next.
  public mutating func beginBlock(into block: inout [UInt8]) {
    guard let sizes = announcedSizes else { return }
    if sizes.smallest < sizes.last {
      HPACKInteger.write(sizes.smallest, prefix: 5, pattern: 0x20, into: &block)
    }
    HPACKInteger.write(sizes.last, prefix: 5, pattern: 0x20, into: &block)
    announcedSizes = nil
  }

  /// Writes a field; the name is sent in lower case (RFC 9113 §8.2).
  public mutating func encode(
    name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, indexing: Indexing, into block: inout [UInt8]
  ) {
    var text = scratch
    scratch = []
    text.removeAll(keepingCapacity: true)
    for byte in name { text.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) }
    text.append(contentsOf: value)
    let remembers = indexing == .incremental && text.count + 32 <= table.capacity / 2
    text.withUnsafeBytes { text in
      write(text, nameLength: name.count, indexing: indexing, remembers: remembers, into: &block)
    }
    scratch = text
  }

  private mutating func write(
    _ text: UnsafeRawBufferPointer, nameLength: Int, indexing: Indexing, remembers: Bool, into block: inout [UInt8]
  ) {
    let name = UnsafeRawBufferPointer(rebasing: text[..<nameLength])
    let value = UnsafeRawBufferPointer(rebasing: text[nameLength...])
    let known = HPACKStaticTable.find(name: name, value: value)
    if let known, known.exact > 0, indexing != .never {
      return HPACKInteger.write(known.exact, prefix: 7, pattern: 0x80, into: &block)
    }
    let hash = remembers ? Self.hash(text) : 0
    if remembers, let index = index(of: text, nameLength: nameLength, hash: hash) {
      return HPACKInteger.write(index, prefix: 7, pattern: 0x80, into: &block)
    }
    let (prefix, pattern): (Int, UInt8) = remembers ? (6, 0x40) : indexing == .never ? (4, 0x10) : (4, 0)
    let nameIndex = known?.name ?? self.nameIndex(name)
    HPACKInteger.write(nameIndex ?? 0, prefix: prefix, pattern: pattern, into: &block)
    if nameIndex == nil { writeString(name, into: &block) }
    writeString(value, into: &block)
    if remembers { table.insert(text: Array(text), nameLength: nameLength, hash: hash) }
  }

  private func index(of text: UnsafeRawBufferPointer, nameLength: Int, hash: UInt32) -> Int? {
    for offset in 0..<table.count {
      let entry = table[offset]
      if entry.hash == hash, entry.nameLength == nameLength, entry.text.withUnsafeBytes(text.equals) {
        return HPACKStaticTable.count + 1 + offset
      }
    }
    return nil
  }

  private func nameIndex(_ name: UnsafeRawBufferPointer) -> Int? {
    for offset in 0..<table.count {
      let entry = table[offset]
      if entry.nameLength == name.count, entry.text[..<name.count].elementsEqual(name) {
        return HPACKStaticTable.count + 1 + offset
      }
    }
    return nil
  }

  private func writeString(_ text: UnsafeRawBufferPointer, into block: inout [UInt8]) {
    let encoded = usesHuffman ? HPACKHuffman.encodedLength(text) : text.count
    guard encoded < text.count else {
      HPACKInteger.write(text.count, prefix: 7, pattern: 0, into: &block)
      return block.append(contentsOf: text)
    }
    HPACKInteger.write(encoded, prefix: 7, pattern: 0x80, into: &block)
    let start = block.count
    block.append(contentsOf: repeatElement(0, count: encoded))
    block.withUnsafeMutableBytes { block in
      HPACKHuffman.encode(text, into: UnsafeMutableRawBufferPointer(rebasing: block[start...]))
    }
  }

  /// FNV-1a.
  private static func hash(_ text: UnsafeRawBufferPointer) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for byte in text { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return hash
  }
}
