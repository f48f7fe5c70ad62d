/// Octets as hexadecimal digits.
public enum Hexadecimal {
  private static let upperDigits = Array("0123456789ABCDEF".utf8)
  private static let lowerDigits = Array("0123456789abcdef".utf8)

  public static func upper(_ bytes: some Sequence<UInt8>) -> String { text(bytes, upperDigits, nil) }
  public static func lower(_ bytes: some Sequence<UInt8>) -> String { text(bytes, lowerDigits, nil) }
  /// `AB:CD:EF`.
  public static func colons(_ bytes: some Sequence<UInt8>) -> String { text(bytes, upperDigits, UInt8(ascii: ":")) }

  private static func text(_ bytes: some Sequence<UInt8>, _ digits: [UInt8], _ separator: UInt8?) -> String {
    var text: [UInt8] = []
    for byte in bytes {
      if let separator, !text.isEmpty { text.append(separator) }
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 0xf)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil unless every character is a digit and their number is even.
  public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var half: UInt8?
    for character in text {
      guard let digit = Character(Unicode.Scalar(character)).hexDigitValue, character < 0x80 else { return nil }
      if let high = half {
        bytes.append(high << 4 | UInt8(digit))
        half = nil
      } else {
        half = UInt8(digit)
      }
    }
    return half == nil ? bytes : nil
  }
}
