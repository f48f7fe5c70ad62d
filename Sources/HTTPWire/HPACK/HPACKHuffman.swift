/// The Huffman code of HPACK (RFC 7541 §5.2, Appendix B). The code is canonical: its lengths say all.
enum HPACKHuffman {
  /// How many bytes `text` takes when encoded.
  static func encodedLength(_ text: UnsafeRawBufferPointer) -> Int {
    lengths.withUnsafeBufferPointer { lengths in
      var bits = 0
      for byte in text { bits += Int(lengths[Int(byte)]) }
      return (bits + 7) / 8
    }
  }

  /// Encodes into space for `encodedLength` bytes.
  static func encode(_ text: UnsafeRawBufferPointer, into space: UnsafeMutableRawBufferPointer) {
    var pending: UInt64 = 0
    var pendingBits = 0
    var written = 0
    for byte in text {
      let length = Int(lengths[Int(byte)])
      pending = pending << UInt64(length) | UInt64(codes[Int(byte)])
      pendingBits += length
      while pendingBits >= 8 {
        pendingBits -= 8
        space[written] = UInt8(truncatingIfNeeded: pending >> UInt64(pendingBits))
        written += 1
      }
    }
    guard pendingBits > 0 else { return }
    let padding = UInt64(8 - pendingBits)
    space[written] = UInt8(truncatingIfNeeded: pending << padding | (1 << padding - 1))
  }

  /// Appends what `code` stands for.
  ///
  /// - Throws: `malformedHuffman` for EOS within, or padding that is longer than 7 bits or not all ones.
  static func decode(_ code: UnsafeRawBufferPointer, into text: inout [UInt8]) throws(HPACKError) {
    var reader = BitReader(code)
    while reader.refill() {
      let top = UInt32(truncatingIfNeeded: reader.bits >> 32)
      let quick = quickTable[Int(top >> UInt32(32 - quickBits))]
      if quick != 0 {
        let length = Int(quick >> 8)
        guard reader.take(length) else { break }
        text.append(UInt8(truncatingIfNeeded: quick))
        continue
      }
      guard let (symbol, length) = slowSymbol(top), reader.take(length) else { break }
      guard symbol < 256 else { throw .malformedHuffman }
      text.append(UInt8(symbol))
    }
    guard reader.isPadding else { throw .malformedHuffman }
  }

  /// The symbol whose code begins `top`, for codes longer than the quick table's.
  private static func slowSymbol(_ top: UInt32) -> (symbol: Int, length: Int)? {
    for length in (quickBits + 1)...30 {
      let first = firstCodes[length]
      let offset = Int(top >> UInt32(32 - length)) - first.code
      if offset >= 0, offset < first.count { return (symbols[first.index + offset], length) }
    }
    return nil
  }

  /// The top of `bits` holds the next bits; bits that do not exist read as ones, as padding does.
  private struct BitReader {
    private let code: UnsafeRawBufferPointer
    private var next = 0
    private(set) var bits: UInt64 = .max
    /// How many of `bits` were read from the code.
    private var available = 0

    init(_ code: UnsafeRawBufferPointer) { self.code = code }

    /// Fills up; `false` once no bit is left.
    mutating func refill() -> Bool {
      while available <= 56, next < code.count {
        let shift = UInt64(56 - available)
        bits = bits & ~(0xFF << shift) | UInt64(code[next]) << shift
        available += 8
        next += 1
      }
      return available > 0
    }

    /// Consumes; `false` where the code ends earlier.
    mutating func take(_ length: Int) -> Bool {
      guard length <= available else { return false }
      bits = bits << UInt64(length) | ((1 << UInt64(length)) - 1)
      available -= length
      return true
    }

    var isPadding: Bool { available < 8 && next == code.count && bits == .max }
  }

  // MARK: - Tables, made from the lengths

  private static let quickBits = 9

  /// For each length, the first code, where its symbols begin in `symbols`, and how many there are.
  private static let firstCodes: [(code: Int, index: Int, count: Int)] = {
    var result = [(code: Int, index: Int, count: Int)](repeating: (0, 0, 0), count: 31)
    var code = 0
    var index = 0
    for length in 1...30 {
      code <<= 1
      let count = lengths.count { Int($0) == length }
      result[length] = (code, index, count)
      code += count
      index += count
    }
    return result
  }()

  /// All symbols, 256 being EOS, by length and value.
  private static let symbols: [Int] = (1...30).flatMap { length in
    lengths.indices.filter { Int(lengths[$0]) == length }
  }

  private static let codes: [UInt32] = {
    var codes = [UInt32](repeating: 0, count: 257)
    for length in 1...30 {
      let first = firstCodes[length]
      for offset in 0..<first.count { codes[symbols[first.index + offset]] = UInt32(first.code + offset) }
    }
    return codes
  }()

  /// Length and symbol by the next nine bits, where a code is that short; 0 otherwise.
  private static let quickTable: [UInt16] = {
    var table = [UInt16](repeating: 0, count: 1 << quickBits)
    for symbol in 0..<256 where Int(lengths[symbol]) <= quickBits {
      let spare = quickBits - Int(lengths[symbol])
      let start = Int(codes[symbol]) << spare
      for index in start..<start + 1 << spare { table[index] = UInt16(lengths[symbol]) << 8 | UInt16(symbol) }
    }
    return table
  }()

  private static let lengths: [UInt8] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
    7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21,
    23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24,
    21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
  ]
}
