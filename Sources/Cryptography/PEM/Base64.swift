/// RFC 4648 §4, with padding.
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Value of each character; 0xff where there is none.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xff, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  public static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    Array(bytes).withUnsafeBytes { append($0, to: &text) }
    return text
  }

  /// Adds the text of `bytes`, in one line.
  static func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    alphabet.withUnsafeBufferPointer { alphabet in
      func character(_ group: UInt32, _ shift: UInt32) -> UInt8 { alphabet[Int(group &>> shift & 0x3f)] }
      var index = 0
      while index + 2 < bytes.count {
        let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
        text.append(character(group, 18))
        text.append(character(group, 12))
        text.append(character(group, 6))
        text.append(character(group, 0))
        index += 3
      }
      guard index < bytes.count else { return }
      let isPair = index + 1 < bytes.count
      let group = UInt32(bytes[index]) << 16 | (isPair ? UInt32(bytes[index + 1]) << 8 : 0)
      text.append(character(group, 18))
      text.append(character(group, 12))
      text.append(isPair ? character(group, 6) : UInt8(ascii: "="))
      text.append(UInt8(ascii: "="))
    }
  }

  /// Nil unless all of `text` is base64; white space may stand anywhere.
  public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var decoder = Decoder()
    let text = Array(text)
    let end = text.withUnsafeBufferPointer { decoder.append($0, from: 0) }
    return end == text.count ? decoder.finish() : nil
  }

  /// Decodes text that comes in pieces.
  struct Decoder {
    private var bytes: [UInt8] = []
    private var group: UInt32 = 0
    private var count = 0
    private var padding = 0

    /// - Parameter characters: how many are expected; more may come.
    init(expecting characters: Int = 0) { bytes.reserveCapacity(characters / 4 * 3 + 3) }

    /// Takes characters from `start` until one is out of place; where that one is, or the end.
    mutating func append(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
      Base64.values.withUnsafeBufferPointer { values in
        var index = start
        while index < text.count {
          if count == 0, padding == 0 { index = appendGroups(text, from: index, values) }
          guard index < text.count else { break }
          guard append(text[index], values) else { return index }
          index += 1
        }
        return index
      }
    }

    /// Whole groups of four characters and the ends of lines between them: nearly all of a text.
    private mutating func appendGroups(
      _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ values: UnsafeBufferPointer<UInt8>
    ) -> Int {
      // Bytes are gathered beside the array, whose growth is looked after once a piece.
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.piece) { piece in
        var index = start
        while true {
          let filled = Self.decodeGroups(text, &index, values, into: piece)
          bytes.append(contentsOf: piece[..<filled])
          if filled < piece.count { return index }
        }
      }
    }

    /// A multiple of three.
    private static let piece = 3072

    /// The count of bytes written; less than there is room for where a character is none of a whole group.
    private static func decodeGroups(
      _ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ values: UnsafeBufferPointer<UInt8>,
      into piece: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
      var filled = 0
      while filled < piece.count, index + 4 <= text.count {
        let a = values[Int(text[index])]
        let b = values[Int(text[index + 1])]
        let c = values[Int(text[index + 2])]
        let d = values[Int(text[index + 3])]
        if a | b | c | d < 0x40 {
          piece[filled] = a << 2 | b >> 4
          piece[filled + 1] = b << 4 | c >> 2
          piece[filled + 2] = c << 6 | d
          filled += 3
          index += 4
        } else if text[index] == 0x0a {
          index += 1
        } else {
          break
        }
      }
      return filled
    }

    /// False when the character is out of place.
    private mutating func append(_ character: UInt8, _ values: UnsafeBufferPointer<UInt8>) -> Bool {
      if character <= 0x20 { return true }
      if character == UInt8(ascii: "=") {
        padding += 1
        return count >= 2 && count + padding <= 4
      }
      let value = values[Int(character)]
      guard value != 0xff, padding == 0 else { return false }
      group = group << 6 | UInt32(value)
      count += 1
      if count == 4 { flush() }
      return true
    }

    private mutating func flush() {
      for shift in [16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: group >> shift)) }
      group = 0
      count = 0
    }

    /// The bytes, or nil when the last group is incomplete or has bits that do not belong.
    consuming func finish() -> [UInt8]? {
      switch (count, padding) {
      case (0, 0): break
      case (2, 2) where group & 0x0f == 0: bytes.append(UInt8(truncatingIfNeeded: group >> 4))
      case (3, 1) where group & 0x03 == 0:
        bytes.append(UInt8(truncatingIfNeeded: group >> 10))
        bytes.append(UInt8(truncatingIfNeeded: group >> 2))
      default: return nil
      }
      return bytes
    }
  }
}
