/// A request's first line, read strictly (RFC 9112 §3): one space, a version.
struct RequestLine {
  var method = HTTPMethod.get
  var target: [UInt8] = []
  var version = HTTPVersion.http1_1
  var authority: [UInt8]?
  var scheme: [UInt8]?

  /// Reads a line without its end.
  ///
  /// - Throws: `malformedMethod`, `malformedRequestLine`, `missingVersion` or `unsupportedVersion`.
  init(_ line: UnsafeRawBufferPointer) throws(HTTP1Error) {
    let methodEnd = try Self.methodEnd(line)
    method = HTTPMethod(name: UnsafeRawBufferPointer(rebasing: line[..<methodEnd]))
    let targetStart = methodEnd + 1
    var targetEnd = targetStart
    while targetEnd < line.count, line[targetEnd] > 0x20, line[targetEnd] != 0x7F { targetEnd += 1 }
    guard targetEnd > targetStart else { throw .malformedRequestLine }
    guard targetEnd < line.count else { throw .missingVersion }
    guard line[targetEnd] == 0x20 else { throw .malformedRequestLine }
    let targetBytes = UnsafeRawBufferPointer(rebasing: line[targetStart..<targetEnd])
    target = Array(targetBytes)
    version = try Self.version(UnsafeRawBufferPointer(rebasing: line[(targetEnd + 1)...]))
    if targetBytes[0] != 0x2F || method == .connect { try readForm(targetBytes) }
  }

  private static func methodEnd(_ line: UnsafeRawBufferPointer) throws(HTTP1Error) -> Int {
    var end = 0
    while end < line.count, line[end] != 0x20 {
      guard isMethodByte(line[end]) else { throw .malformedMethod }
      end += 1
    }
    guard end > 0, end < line.count else { throw end > 0 ? .malformedRequestLine : .malformedMethod }
    return end
  }

  /// nginx's methods: capitals, `_` and `-`.
  static func isMethodByte(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5A || byte == 0x5F || byte == 0x2D }

  private static func version(_ text: UnsafeRawBufferPointer) throws(HTTP1Error) -> HTTPVersion {
    if text.equals(HTTPVersion.http1_1.name.fieldBytes) { return .http1_1 }
    if text.equals(HTTPVersion.http1_0.name.fieldBytes) { return .http1_0 }
    guard text.count == 8, text.starts(with: [0x48, 0x54, 0x54, 0x50, 0x2F]), text[6] == 0x2E else {
      throw .malformedRequestLine
    }
    let (major, minor) = (text[5] &- 48, text[7] &- 48)
    guard major >= 1, major <= 9, minor <= 9 else { throw .malformedRequestLine }
    guard major == 1 else { throw .unsupportedVersion }
    return HTTPVersion(1, minor)
  }

  /// Takes apart authority-form and absolute-form; `*` is for OPTIONS alone (RFC 9112 §3.2).
  private mutating func readForm(_ target: UnsafeRawBufferPointer) throws(HTTP1Error) {
    if method == .connect {
      guard target.contains(0x3A), Self.isAuthority(target) else { throw .malformedRequestLine }
      authority = Array(target)
    } else if target.count == 1, target[0] == 0x2A {
      guard method == .options else { throw .malformedRequestLine }
    } else {
      try readAbsoluteForm(target)
    }
  }

  private mutating func readAbsoluteForm(_ target: UnsafeRawBufferPointer) throws(HTTP1Error) {
    var colon = 0
    while colon < target.count, target[colon] != 0x3A {
      let byte = target[colon]
      let isAlpha = byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
      let isLater = colon > 0 && (byte >= 48 && byte <= 57 || byte == 0x2B || byte == 0x2D || byte == 0x2E)
      guard isAlpha || isLater else { throw .malformedRequestLine }
      colon += 1
    }
    let start = colon + 3
    guard colon > 0, start < target.count, target[colon + 1] == 0x2F, target[colon + 2] == 0x2F else {
      throw .malformedRequestLine
    }
    var end = start
    while end < target.count, target[end] != 0x2F, target[end] != 0x3F, target[end] != 0x23 { end += 1 }
    let host = UnsafeRawBufferPointer(rebasing: target[start..<end])
    guard Self.isAuthority(host) else { throw .malformedRequestLine }
    authority = Array(host)
    scheme = target[..<colon].map { $0 | 0x20 }
  }

  /// A host and perhaps a port: no user information, nothing that could begin a path.
  private static func isAuthority(_ text: UnsafeRawBufferPointer) -> Bool {
    guard !text.isEmpty else { return false }
    for byte in text {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x3A, 0x5B, 0x5D, 0x25: continue
      case 0x21, 0x24, 0x26...0x2C, 0x3B, 0x3D, 0x80...0xFF: continue
      default: return false
      }
    }
    return true
  }
}
