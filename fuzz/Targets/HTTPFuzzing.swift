import HTTPWire
import NIOCore

/// What comes over a connection. Bytes mean the same however they are cut into pieces.
enum HTTPFuzzing {
  static func requests(_ bytes: [UInt8]) {
    let whole = transcript(ofRequests: [bytes[...]])
    check(whole, transcript(ofRequests: halves(bytes)), bytes)
    if bytes.count < 512 { check(whole, transcript(ofRequests: bytes.indices.map { bytes[$0...$0] }), bytes) }
  }

  /// A head that has not ended may be refused before its end or be waited for, depending on where it was cut; what was
  /// read before is the same.
  private static func check(_ a: [String], _ b: [String], _ bytes: [UInt8]) {
    let (failsA, failsB) = (a.contains { $0.hasPrefix("failed") }, b.contains { $0.hasPrefix("failed") })
    guard failsA != failsB else { return expectSame(a, b, of: bytes) }
    func read(_ lines: [String]) -> [String] { lines.filter { !$0.hasPrefix("failed") } }
    expectSame(read(a), read(b), of: bytes)
  }

  private static func halves(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let middle = bytes.count > 1 ? Int(bytes[bytes.count - 1]) % bytes.count : 0
    return [bytes[..<middle], bytes[middle...]]
  }

  private static func transcript(ofRequests pieces: [ArraySlice<UInt8>]) -> [String] {
    var decoder = HTTP1RequestDecoder()
    var lines: [String] = []
    var body = 0
    for piece in pieces where !piece.isEmpty {
      decoder.receive(ByteBuffer(bytes: piece))
      reading: while true {
        switch decoder.next() {
        case .needsMore: break reading
        case .head(let head, let framing):
          lines.append("\(String(decoding: head.requestLine, as: UTF8.self)) \(head.fields.count) \(framing)")
        case .body(let part): body += part.readableBytes
        case .end(let trailers):
          lines.append("end \(body) \(trailers?.count ?? 0)")
          body = 0
        // Which of two faults of a head is met first may hang on where it was cut; what is answered may not.
        case .failed(let error): lines.append("failed \(error.status)")
        }
      }
    }
    return lines + ["body \(body)"]
  }

  /// The preface is put before bytes that have none, so that a corpus need not repeat it.
  static func frames(_ bytes: [UInt8]) {
    let preface = Array("\(HTTP2ServerConnection.preface)".utf8)
    let input = bytes.starts(with: preface) ? bytes : preface + bytes
    let whole = transcript(ofFrames: [input[...]])
    expectSame(whole, transcript(ofFrames: halves(input)), of: input)
  }

  private static func transcript(ofFrames pieces: [ArraySlice<UInt8>]) -> [String] {
    var server = HTTP2ServerConnection()
    var lines: [String] = []
    var bodies: [UInt32: Int] = [:]
    for piece in pieces where !piece.isEmpty {
      server.receive(ByteBuffer(bytes: piece), at: .zero)
      reading: while true {
        switch server.next() {
        case .needsMore: break reading
        case .request(let id, let head, let end):
          lines.append(
            "\(id.rawValue) \(String(decoding: head.requestLine, as: UTF8.self)) \(head.fields.count) \(end)")
        case .malformedRequest(let id, _, let status): lines.append("\(id.rawValue) malformed \(status)")
        case .body(let id, let part): bodies[id.rawValue, default: 0] += part.readableBytes
        case .bodyEnd(let id, let trailers): lines.append("\(id.rawValue) end \(trailers?.count ?? 0)")
        case .malformedBody(let id): lines.append("\(id.rawValue) malformed body")
        case .streamReset(let id, let code): lines.append("\(id.rawValue) reset \(code.rawValue)")
        case .writable, .responseSent: break
        case .peerGoingAway: lines.append("going away")
        case .failed(let error): lines.append("failed \(error.code.rawValue)")
        }
      }
      while let output = server.takeOutput(limit: 1 << 20), output.readableBytes > 0 {}
    }
    return lines + bodies.sorted { $0.key < $1.key }.map { "\($0.key) body \($0.value)" }
  }

  static func headerBlock(_ bytes: [UInt8]) {
    guard let fields = decoded(bytes) else { return }
    var encoder = HPACKEncoder()
    var block: [UInt8] = []
    encoder.beginBlock(into: &block)
    for (name, value) in fields {
      name.withUnsafeBytes { name in
        value.withUnsafeBytes { value in encoder.encode(name: name, value: value, indexing: .incremental, into: &block)
        }
      }
    }
    let again = decoded(block)
    // The encoder sends names in lower case.
    let names = fields.map { $0.0.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 } }
    expect(again?.map(\.0) == names && again?.map(\.1) == fields.map(\.1), "fields are read back as written")
  }

  private static func decoded(_ block: [UInt8]) -> [([UInt8], [UInt8])]? {
    var decoder = HPACKDecoder()
    var fields: [([UInt8], [UInt8])] = []
    var position = 0
    var text: [UInt8] = []
    return block.withUnsafeBytes { block in
      do throws(HPACKError) {
        while let length = try decoder.next(block, at: &position, into: &text) {
          fields.append((Array(text.prefix(length)), Array(text.dropFirst(length))))
          guard fields.count < 4096 else { return nil }
        }
        return fields
      } catch { return nil }
    }
  }
}
