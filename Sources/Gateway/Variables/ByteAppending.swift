extension [UInt8] {
  /// Appends ASCII text without making a `String`.
  @inline(__always)
  mutating func append(ascii text: StaticString) {
    text.withUTF8Buffer { append(contentsOf: $0) }
  }

  mutating func append(utf8 text: String) {
    append(contentsOf: text.utf8)
  }

  mutating func append(decimal number: Int) {
    append(decimal: UInt64(number.magnitude), isNegative: number < 0)
  }

  mutating func append(decimal number: UInt64, isNegative: Bool = false) {
    if isNegative { append(0x2D) }
    append(digitsOf: number, base: 10, width: 1)
  }

  /// Appends lower-case digits, by leading zeros at least `width`, which is at most 64.
  private mutating func append(digitsOf number: UInt64, base: UInt64, width: Int) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { digits in
      var rest = number
      var start = 64
      while rest > 0 || start > 64 - width {
        start -= 1
        digits[start] = hexDigit(UInt8(truncatingIfNeeded: rest % base), upperCase: false)
        rest /= base
      }
      append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[start...]))
    }
  }

  /// Appends a number with leading zeros up to `width` digits.
  mutating func append(decimal number: Int, width: Int) {
    if number < 0 { return append(decimal: number) }
    append(digitsOf: UInt64(number), base: 10, width: Swift.min(width, 64))
  }

  /// Appends lower-case hexadecimal digits.
  mutating func append(hex bytes: some Sequence<UInt8>) {
    for byte in bytes {
      append(hexDigit(byte >> 4, upperCase: false))
      append(hexDigit(byte & 0xF, upperCase: false))
    }
  }

  mutating func append(hexNumber number: UInt64) {
    append(digitsOf: number, base: 16, width: 1)
  }

  /// Seconds with three decimals, as `$request_time` has them.
  mutating func append(milliseconds: Int64) {
    let value = Swift.max(milliseconds, 0)
    append(decimal: UInt64(value / 1000))
    append(0x2E)
    append(decimal: Int(value % 1000), width: 3)
  }
}

/// One hexadecimal digit for a value below 16.
@inline(__always)
func hexDigit(_ value: UInt8, upperCase: Bool) -> UInt8 {
  value < 10 ? 0x30 + value : (upperCase ? 0x41 : 0x61) + value - 10
}

/// The value of a hexadecimal digit, in either case.
@inline(__always)
func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case 0x30...0x39: digit - 0x30
  case 0x41...0x46: digit - 0x41 + 10
  case 0x61...0x66: digit - 0x61 + 10
  default: nil
  }
}

@inline(__always)
func lowerCased(_ byte: UInt8) -> UInt8 {
  byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
}

/// The number that the whole of `bytes` spells in decimal digits; `nil` for anything else, or too large.
func decimalNumber(_ bytes: some Collection<UInt8>) -> Int? {
  guard !bytes.isEmpty else { return nil }
  var value = 0
  for byte in bytes {
    guard byte >= 0x30, byte <= 0x39 else { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carried) = product.addingReportingOverflow(Int(byte - 0x30))
    if overflow || carried { return nil }
    value = sum
  }
  return value
}
