/// Walks over a PEM text line by line.
struct PEMScanner {
  private let text: [UInt8]
  private var position = 0
  private var line = 0

  init(_ text: [UInt8]) { self.text = text }

  /// The next line without its end and without white space behind it.
  private mutating func nextLine() -> ArraySlice<UInt8>? {
    guard position < text.count else { return nil }
    line += 1
    let end = text[position...].firstIndex { $0 == 0x0a } ?? text.count
    defer { position = end + 1 }
    let last = text[position..<end].lastIndex { $0 > 0x20 }
    return text[position..<(last.map { $0 + 1 } ?? position)]
  }

  mutating func nextBlock() throws(PEMError) -> PEMArmouredBlock? {
    while let candidate = nextLine() {
      guard let label = Self.label(candidate, "-----BEGIN ") else { continue }
      return try block(label)
    }
    return nil
  }

  /// The lines after BEGIN, up to and with END.
  private mutating func block(_ label: String) throws(PEMError) -> PEMArmouredBlock {
    let begin = line
    let headers = readHeaders()
    let decoder = try readBody()
    guard let last = nextLine(), Self.label(last, "-----BEGIN ") == nil else {
      throw .unterminated(label: label, line: begin)
    }
    guard let found = Self.label(last, "-----END ") else { throw .invalidBase64(line: line) }
    guard found == label else { throw .labelMismatch(expected: label, found: found, line: line) }
    guard let bytes = decoder.finish() else { throw .invalidBase64(line: line) }
    guard !bytes.isEmpty else { throw .empty(label: label, line: begin) }
    return PEMArmouredBlock(label: label, headers: headers, bytes: bytes, line: begin)
  }

  private mutating func readHeaders() -> [PEMArmouredBlock.Header] {
    var headers: [PEMArmouredBlock.Header] = []
    while true {
      let before = self
      guard let current = nextLine() else { return headers }
      if current.isEmpty { continue }
      guard current.first != UInt8(ascii: "-"), let header = Self.header(current) else {
        self = before
        return headers
      }
      headers.append(header)
    }
  }

  /// Everything up to the line that begins with a dash, or to the end.
  private mutating func readBody() throws(PEMError) -> Base64.Decoder {
    var decoder = Base64.Decoder(expecting: dashes - position)
    let start = position
    let end = text.withUnsafeBufferPointer { decoder.append($0, from: start) }
    line += text.withUnsafeBufferPointer { text in
      (start..<end).reduce(into: 0) { lines, index in lines += text[index] == 0x0a ? 1 : 0 }
    }
    position = end
    guard end < text.count else { return decoder }
    guard text[end] == UInt8(ascii: "-"), text[end - 1] == 0x0a else { throw .invalidBase64(line: line + 1) }
    return decoder
  }

  /// About where the next five dashes are; the end if there are none. Every fifth character is looked at.
  private var dashes: Int {
    text.withUnsafeBufferPointer { text in
      var index = position
      while index < text.count, text[index] != UInt8(ascii: "-") { index += 5 }
      return min(index, text.count)
    }
  }

  /// The label of a BEGIN or END line.
  private static func label(_ line: ArraySlice<UInt8>, _ prefix: StaticString) -> String? {
    let length = prefix.utf8CodeUnitCount
    guard line.count >= length + 5, line.suffix(5).allSatisfy({ $0 == UInt8(ascii: "-") }) else { return nil }
    let start = UnsafeBufferPointer(start: prefix.utf8Start, count: length)
    guard line.prefix(length).elementsEqual(start) else { return nil }
    return String(decoding: line.dropFirst(length).dropLast(5), as: UTF8.self)
  }

  private static func header(_ line: ArraySlice<UInt8>) -> PEMArmouredBlock.Header? {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let value = line[(colon + 1)...].drop { $0 <= 0x20 }
    return PEMArmouredBlock.Header(
      name: String(decoding: line[..<colon], as: UTF8.self), value: String(decoding: value, as: UTF8.self))
  }
}
