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
    var group: UInt32 = 0
    var count = 0
    for byte in bytes {
      group = group << 8 | UInt32(byte)
      count += 1
      if count == 3 {
        for shift in [18, 12, 6, 0] { text.append(alphabet[Int(group >> UInt32(shift) & 0x3f)]) }
        group = 0
        count = 0
      }
    }
    guard count > 0 else { return text }
    group <<= UInt32(8 * (3 - count))
    for shift in [18, 12, 6].prefix(count + 1) { text.append(alphabet[Int(group >> UInt32(shift) & 0x3f)]) }
    for _ in count..<3 { text.append(UInt8(ascii: "=")) }
    return text
  }

  /// Nil unless all of `text` is base64; white space may stand anywhere.
  public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var decoder = Decoder()
    return decoder.append(text) ? decoder.finish() : nil
  }

  /// Decodes text that comes in pieces.
  struct Decoder {
    private var bytes: [UInt8] = []
    private var group: UInt32 = 0
    private var count = 0
    private var padding = 0

    var isEmpty: Bool { bytes.isEmpty && count == 0 }

    /// False when a character is out of place.
    mutating func append(_ text: some Sequence<UInt8>) -> Bool {
      for character in text where character > 0x20 {
        if character == UInt8(ascii: "=") {
          padding += 1
          guard count >= 2, count + padding <= 4 else { return false }
          continue
        }
        let value = Base64.values[Int(character)]
        guard value != 0xff, padding == 0 else { return false }
        group = group << 6 | UInt32(value)
        count += 1
        if count == 4 { flush() }
      }
      return true
    }

    private mutating func flush() {
      for shift in [16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(shift))) }
      group = 0
      count = 0
    }

    /// The bytes, or nil when the last group is incomplete or has bits that do not belong.
    mutating func finish() -> [UInt8]? {
      switch (count, padding) {
      case (0, 0): return bytes
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
