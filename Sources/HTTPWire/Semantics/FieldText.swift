extension UnsafeRawBufferPointer {
  /// Equality, byte for byte; for text so short that a call would cost more.
  @inlinable public func equals(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    var index = 0
    while index + 8 <= count {
      let words = (
        loadUnaligned(fromByteOffset: index, as: UInt64.self),
        other.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      )
      if words.0 != words.1 { return false }
      index += 8
    }
    while index < count {
      if self[index] != other[index] { return false }
      index += 1
    }
    return true
  }

  /// ASCII case-insensitive equality.
  @inlinable public func equalsIgnoringCase(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    var index = 0
    while index < count {
      let a = self[index]
      let b = other[index]
      if a != b {
        let folded = a | 0x20
        guard folded == b | 0x20, folded >= 0x61, folded <= 0x7A else { return false }
      }
      index += 1
    }
    return true
  }

  /// ASCII case-insensitive equality.
  @inlinable public func equalsIgnoringCase(_ other: StaticString) -> Bool { equalsIgnoringCase(other.fieldBytes) }

  /// Whether `token` is a member of this comma-separated list, ignoring ASCII case (RFC 9110 §5.6.1).
  public func hasListMember(_ token: StaticString) -> Bool {
    var start = 0
    while start < count {
      var end = start
      while end < count, self[end] != 0x2C { end += 1 }
      if trimmed(start..<end).equalsIgnoringCase(token) { return true }
      start = end + 1
    }
    return false
  }

  /// A part of it without leading and trailing spaces and tabs.
  @inlinable func trimmed(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
    while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: self[start..<end])
  }

  /// Free of CR, LF and NUL.
  @inlinable var isSafeFieldText: Bool {
    var index = firstControl(from: 0)
    while index < count {
      let byte = self[index]
      if byte == 0 || byte == 10 || byte == 13 { return false }
      index = firstControl(from: index + 1)
    }
    return true
  }

  /// The first byte below 0x20 from `start` on, or `count`; eight bytes at a time.
  @inlinable @inline(__always) func firstControl(from start: Int) -> Int {
    var index = start
    while index + 8 <= count {
      let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let below = (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
      if below != 0 { return index + below.trailingZeroBitCount / 8 }
      index += 8
    }
    while index < count, self[index] >= 0x20 { index += 1 }
    return index
  }

  /// A non-negative decimal number of digits alone; `nil` for anything else, overflow included.
  @inlinable var decimal: Int? {
    guard !isEmpty, count <= 18 else { return nil }
    var number = 0
    for byte in self {
      guard byte >= 48, byte <= 57 else { return nil }
      number = number * 10 + Int(byte - 48)
    }
    return number
  }
}

/// The classes of bytes in a field's name.
enum FieldNameByte {
  /// 0: never; 1: letters, digits and `-`; 2: `_`; 3: the other token characters (RFC 9110 §5.6.2);
  /// 4: neither token nor control nor space nor colon.
  static let classes: [UInt8] = (0...255).map { (byte: Int) -> UInt8 in
    switch UInt8(byte) {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: 1
    case 0x5F: 2
    case 0x21, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2A, 0x2B, 0x2E, 0x5E, 0x60, 0x7C, 0x7E: 3
    case 0...0x20, 0x7F, 0x3A: 0
    default: 4
    }
  }
}
