import Testing

@testable import HTTPWire

@Suite("HPACK")
struct HPACKTests {
  typealias Field = (String, String)

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.filter { $0 != " " }
    return stride(from: 0, to: digits.count, by: 2).map { offset in
      let start = digits.index(digits.startIndex, offsetBy: offset)
      return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16)!
    }
  }

  private func decode(_ block: [UInt8], _ decoder: inout HPACKDecoder) throws(HPACKError) -> [String] {
    var lines: [String] = []
    var text: [UInt8] = []
    var position = 0
    let span = UnsafeMutableRawBufferPointer.allocate(byteCount: block.count, alignment: 1)
    defer { span.deallocate() }
    span.copyBytes(from: block)
    while let nameLength = try decoder.next(UnsafeRawBufferPointer(span), at: &position, into: &text) {
      let name = String(decoding: text[..<nameLength], as: UTF8.self)
      lines.append(name + ": " + String(decoding: text[nameLength...], as: UTF8.self))
    }
    return lines
  }

  @Test("RFC 7541 C.2, each kind of field")
  func kinds() throws {
    let cases = [
      ("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572", "custom-key: custom-header"),
      ("040c 2f73 616d 706c 652f 7061 7468", ":path: /sample/path"),
      ("1008 7061 7373 776f 7264 0673 6563 7265 74", "password: secret"),
      ("82", ":method: GET"),
    ]
    for (hex, expected) in cases {
      var decoder = HPACKDecoder()
      #expect(try decode(bytes(hex), &decoder) == [expected])
    }
  }

  static let requests: [[String]] = [
    [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"],
    [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache"],
    [
      ":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com",
      "custom-key: custom-value",
    ],
  ]

  @Test("RFC 7541 C.3, requests without Huffman")
  func plainRequests() throws {
    let blocks = [
      "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", "8286 84be 5808 6e6f 2d63 6163 6865",
      "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
    ]
    try check(blocks, Self.requests, usesHuffman: false)
  }

  @Test("RFC 7541 C.4, requests with Huffman")
  func huffmanRequests() throws {
    let blocks = [
      "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", "8286 84be 5886 a8eb 1064 9cbf",
      "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
    ]
    try check(blocks, Self.requests, usesHuffman: true)
  }

  private func check(_ blocks: [String], _ expected: [[String]], usesHuffman: Bool) throws {
    var decoder = HPACKDecoder()
    var encoder = HPACKEncoder(usesHuffman: usesHuffman)
    for (hex, lines) in zip(blocks, expected) {
      #expect(try decode(bytes(hex), &decoder) == lines)
      #expect(encode(lines, &encoder) == bytes(hex))
    }
  }

  private func encode(_ lines: [String], _ encoder: inout HPACKEncoder) -> [UInt8] {
    var block: [UInt8] = []
    encoder.beginBlock(into: &block)
    for line in lines {
      let split = line.range(of: ": ")
      let name = String(line[..<split.lowerBound])
      let value = String(line[split.upperBound...])
      name.withFieldBytes { name in
        value.withFieldBytes { encoder.encode(name: name, value: $0, indexing: .incremental, into: &block) }
      }
    }
    return block
  }

  static let responses: [[String]] = [
    [
      ":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
      "location: https://www.example.com",
    ],
    [
      ":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
      "location: https://www.example.com",
    ],
    [
      ":status: 200", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:22 GMT",
      "location: https://www.example.com", "content-encoding: gzip",
      "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
    ],
  ]

  @Test("RFC 7541 C.5 and C.6, responses in a table of 256 bytes, with evictions")
  func responses() throws {
    let plain = [
      """
      4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 \
      474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d
      """,
      "4803 3330 37c1 c0bf",
      """
      88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 \
      666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 \
      3630 303b 2076 6572 7369 6f6e 3d31
      """,
    ]
    let huffman = [
      """
      4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 \
      63c7 8f0b 97c8 e9ae 82ae 43d3
      """,
      "4883 640e ffc1 c0bf",
      """
      88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 \
      b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07
      """,
    ]
    for blocks in [plain, huffman] {
      var decoder = HPACKDecoder(maximumTableSize: 256)
      for (hex, lines) in zip(blocks, Self.responses) {
        #expect(try decode(bytes(hex), &decoder) == lines)
      }
    }
  }

  @Test("every byte survives the Huffman code")
  func huffmanRoundTrip() throws {
    for length in [1, 2, 3, 255, 256, 1000] {
      let text = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ length) }
      var code = [UInt8](repeating: 0, count: text.withUnsafeBytes { HPACKHuffman.encodedLength($0) })
      text.withUnsafeBytes { text in code.withUnsafeMutableBytes { HPACKHuffman.encode(text, into: $0) } }
      var back: [UInt8] = []
      try huffmanDecode(code, into: &back)
      #expect(back == text)
    }
  }

  private func huffmanDecode(_ code: [UInt8], into text: inout [UInt8]) throws(HPACKError) {
    let span = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, code.count), alignment: 1)
    defer { span.deallocate() }
    span.copyBytes(from: code)
    try HPACKHuffman.decode(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(span)[..<code.count]), into: &text)
  }

  @Test(
    "padding that is too long or not of ones, and EOS, are refused",
    arguments: ["1fff", "18", "ffffffff", "fffffffc", "f8ff", "ffff"])
  func badHuffman(hex: String) {
    var text: [UInt8] = []
    #expect(throws: HPACKError.malformedHuffman) { try huffmanDecode(bytes(hex), into: &text) }
  }

  @Test(
    "malformed blocks are refused",
    arguments: [
      ("80", HPACKError.unknownIndex(0)), ("be", .unknownIndex(62)), ("40", .truncated), ("400a61", .truncated),
      ("ffffffffffff7f", .integerTooLarge), ("82 3f e1 1f", .misplacedSizeUpdate), ("3f e2 1f", .misplacedSizeUpdate),
      ("7f", .truncated), ("40 81 00 00", .malformedHuffman),
    ])
  func malformed(hex: String, error: HPACKError) {
    var decoder = HPACKDecoder()
    var caught: HPACKError?
    do throws(HPACKError) { _ = try decode(bytes(hex), &decoder) } catch { caught = error }
    #expect(caught == error)
  }

  @Test("the encoder announces a smaller table, and never remembers a secret")
  func encoderTable() throws {
    var encoder = HPACKEncoder()
    var decoder = HPACKDecoder()
    _ = try decode(encode(["x-a: 1"], &encoder), &decoder)
    encoder.setPeerTableSize(0)
    encoder.setPeerTableSize(100)
    let block = encode(["x-a: 1"], &encoder)
    #expect(block.starts(with: bytes("20 3f45")))
    #expect(try decode(block, &decoder) == ["x-a: 1"])
    var secret: [UInt8] = []
    "set-cookie".withFieldBytes { name in
      "s".withFieldBytes { encoder.encode(name: name, value: $0, indexing: .never, into: &secret) }
    }
    #expect(secret.first == 0x1F)
  }

  @Test("an index that fills its prefix is followed by no name")
  func prefixBoundary() throws {
    var encoder = HPACKEncoder(maximumTableSize: 0)
    var decoder = HPACKDecoder()
    let lines = ["accept-charset: x", "via: y", "accept-encoding: z"]
    #expect(try decode(encode(lines, &encoder), &decoder) == lines)
  }
}

extension String {
  /// Where `other`, which is there, stands.
  fileprivate func range(of other: String) -> Range<String.Index> {
    var start = startIndex
    while !self[start...].hasPrefix(other) { start = index(after: start) }
    return start..<index(start, offsetBy: other.count)
  }
}
