/// One armoured block: label, the headers of RFC 1421 if there are any, and the bytes.
package struct PEMArmouredBlock: Hashable, Sendable {
  package var label: String
  /// `Proc-Type` and `DEK-Info`, in order.
  package var headers: [Header]
  package var bytes: [UInt8]
  /// The BEGIN line, counted from 1.
  package var line: Int

  package struct Header: Hashable, Sendable {
    package var name: String
    package var value: String
  }
}

/// The textual armour of RFC 7468, read as tolerantly as OpenSSL does: text around blocks, blank lines, CRLF.
package enum PEMArmour {
  /// Every block of the text, in order; a text without any gives none.
  package static func decode(_ text: [UInt8]) throws(PEMError) -> [PEMArmouredBlock] {
    var scanner = PEMScanner(text)
    var blocks: [PEMArmouredBlock] = []
    while let block = try scanner.nextBlock() { blocks.append(block) }
    return blocks
  }

  /// 64 characters a line, as OpenSSL writes it.
  package static func encode(label: String, headers: [PEMArmouredBlock.Header] = [], der: [UInt8]) -> [UInt8] {
    var text = Array("-----BEGIN \(label)-----\n".utf8)
    for header in headers { text.append(contentsOf: "\(header.name): \(header.value)\n".utf8) }
    if !headers.isEmpty { text.append(UInt8(ascii: "\n")) }
    text.reserveCapacity(text.count + der.count / 48 * 65 + 128)
    der.withUnsafeBytes { der in
      for start in stride(from: 0, to: der.count, by: 48) {
        Base64.append(UnsafeRawBufferPointer(rebasing: der[start..<min(start + 48, der.count)]), to: &text)
        text.append(UInt8(ascii: "\n"))
      }
    }
    text.append(contentsOf: "-----END \(label)-----\n".utf8)
    return text
  }
}
