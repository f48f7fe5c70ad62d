/// A host as clients name it in Host, `:authority`, an absolute-form target or SNI, in one canonical form.
///
/// The one canonicaliser for handshake and HTTP: lower case, no port, no trailing dot.
struct HostName: Equatable {
  /// Never empty.
  var name: [UInt8]
  /// 0 where none was given.
  var port: Int

  /// `nil` where the text is not a host (RFC 3986 §3.2.2): no empty label, no `/`, no user info, no unclosed bracket.
  init?(_ text: some Collection<UInt8>) {
    var scanner = HostScanner()
    for byte in text {
      guard scanner.take(byte) else { return nil }
    }
    guard let host = scanner.finish() else { return nil }
    self = host
  }

  fileprivate init(name: [UInt8], port: Int) {
    self.name = name
    self.port = port
  }
}

private struct HostScanner {
  private enum State { case start, name, literal, literalEnd, port }
  private var state = State.start
  private var name: [UInt8] = []
  private var port = 0

  mutating func take(_ byte: UInt8) -> Bool {
    switch state {
    case .start:
      if byte == UInt8(ascii: "[") {
        state = .literal
        name.append(byte)
        return true
      }
      state = .name
      return takeName(byte)
    case .name: return takeName(byte)
    case .literal: return takeLiteral(byte)
    case .literalEnd:
      state = .port
      return byte == UInt8(ascii: ":")
    case .port: return takePort(byte)
    }
  }

  private mutating func takeName(_ byte: UInt8) -> Bool {
    if byte == UInt8(ascii: ":") {
      state = .port
      return true
    }
    if byte == UInt8(ascii: "."), name.last == byte { return false }
    guard isHostByte(byte) || byte == UInt8(ascii: "%") else { return false }
    name.append(lowerCased(byte))
    return true
  }

  private mutating func takeLiteral(_ byte: UInt8) -> Bool {
    if byte == UInt8(ascii: "."), name.last == byte { return false }
    guard isHostByte(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "]") else { return false }
    name.append(lowerCased(byte))
    if byte == UInt8(ascii: "]") { state = .literalEnd }
    return true
  }

  private mutating func takePort(_ byte: UInt8) -> Bool {
    guard byte >= 0x30, byte <= 0x39 else { return false }
    port = port * 10 + Int(byte - 0x30)
    return port <= 65535
  }

  mutating func finish() -> HostName? {
    if state == .literal { return nil }
    if name.last == UInt8(ascii: ".") { name.removeLast() }
    return name.isEmpty ? nil : HostName(name: name, port: port)
  }

  /// Unreserved and sub-delims.
  private func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x2D, 0x2E, 0x5F, 0x7E: true  // - . _ ~
    case 0x21, 0x24, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x3B, 0x3D: true  // ! $ & ' ( ) * + , ; =
    default: false
    }
  }
}
