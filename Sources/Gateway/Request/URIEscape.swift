/// Which bytes a place in a URI can't hold as they are (RFC 3986 §2).
enum URIEscape {
  /// A path.
  case uri
  /// One argument's text.
  case arguments
  /// All but unreserved bytes.
  case component

  /// One bit a byte below 128; bytes above are always escaped.
  private var table: (UInt64, UInt64) {
    switch self {
    case .uri: (0xD000_002D_FFFF_FFFF, 0xB800_0001_5000_0000)
    case .arguments: (0xD800_086D_FFFF_FFFF, 0xB800_0001_5000_0000)
    case .component: (0xFC00_9FFF_FFFF_FFFF, 0xB800_0001_7800_0001)
    }
  }

  func mustEscape(_ byte: UInt8) -> Bool {
    if byte >= 128 { return true }
    let (low, high) = table
    return (byte < 64 ? low >> UInt64(byte) : high >> UInt64(byte - 64)) & 1 == 1
  }

  func append(_ bytes: some Sequence<UInt8>, to out: inout [UInt8]) {
    for byte in bytes {
      if mustEscape(byte) {
        out.append(UInt8(ascii: "%"))
        out.append(hexDigit(byte >> 4, upperCase: true))
        out.append(hexDigit(byte & 0xF, upperCase: true))
      } else {
        out.append(byte)
      }
    }
  }

  func escaped(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(where: mustEscape) else { return bytes }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + 16)
    append(bytes, to: &out)
    return out
  }

  /// Decodes escapes; a broken one loses its `%`.
  static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(UInt8(ascii: "%")) else { return bytes }
    var out: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = hexValue(bytes[index + 1]), let low = hexValue(bytes[index + 2])
      {
        out.append(high << 4 | low)
        index += 3
      } else {
        if bytes[index] != UInt8(ascii: "%") { out.append(bytes[index]) }
        index += 1
      }
    }
    return out
  }

  /// Decodes what may stand undecoded in a redirect's path: printable ASCII above `%`; stops at a `?`.
  static func unescapedForRedirect(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(UInt8(ascii: "%")) else { return bytes }
    var out: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "?") { break }
      guard byte == UInt8(ascii: "%"), index + 2 < bytes.count,
        let high = hexValue(bytes[index + 1]), let low = hexValue(bytes[index + 2])
      else {
        out.append(byte)
        index += 1
        continue
      }
      let value = high << 4 | low
      if value > 0x25, value < 0x7F {
        out.append(value)
      } else {
        out.append(contentsOf: bytes[index...index + 2])
      }
      index += 3
      if value == UInt8(ascii: "?") { break }
    }
    out.append(contentsOf: bytes[index...])
    return out
  }
}
