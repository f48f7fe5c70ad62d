import Testing

@testable import Cryptography

@Suite("PEM armour")
struct PEMArmourTests {
  private func decode(_ text: String) throws -> [PEMArmouredBlock] { try PEMArmour.decode(Array(text.utf8)) }

  @Test("text around blocks, CRLF, indented base64 and white space at line ends are passed over")
  func tolerance() throws {
    let text =
      "subject=/CN=x\n-----BEGIN A-----  \r\nAQID\r\n\r\n BAUG \r\n-----END A-----\r\nmore\n"
      + "-----BEGIN B C-----\nAQ==\n-----END B C-----"
    let blocks = try decode(text)
    #expect(blocks.map(\.label) == ["A", "B C"])
    #expect(blocks.map(\.bytes) == [[1, 2, 3, 4, 5, 6], [1]])
    #expect(blocks.map(\.line) == [2, 8])
  }

  @Test("headers before the base64 are kept")
  func headers() throws {
    let block = try #require(
      try decode("-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: X,00\n\nAQ==\n-----END A-----\n").first)
    #expect(block.headers.map(\.name) == ["Proc-Type", "DEK-Info"])
    #expect(block.headers.map(\.value) == ["4,ENCRYPTED", "X,00"])
  }

  @Test(
    "a damaged block is an error with its line",
    arguments: [
      ("-----BEGIN A-----\nAQID\n", PEMError.unterminated(label: "A", line: 1)),
      ("\n-----BEGIN A-----\nAQID\n-----BEGIN B-----\n", .unterminated(label: "A", line: 2)),
      ("-----BEGIN A-----\nAQID\n-----END B-----\n", .labelMismatch(expected: "A", found: "B", line: 3)),
      ("-----BEGIN A-----\nAQ*D\n-----END A-----\n", .invalidBase64(line: 2)),
      ("-----BEGIN A-----\nAQI\n-----END A-----\n", .invalidBase64(line: 3)),
      ("-----BEGIN A-----\nAQ==AQID\n-----END A-----\n", .invalidBase64(line: 2)),
      ("-----BEGIN A-----\nAR==\n-----END A-----\n", .invalidBase64(line: 3)),
      ("-----BEGIN A-----\n-----END A-----\n", .empty(label: "A", line: 1)),
    ])
  func damage(text: String, error: PEMError) {
    #expect(throws: error) { try decode(text) }
  }

  @Test("what is encoded decodes, at every length")
  func roundTrip() throws {
    for count in 1..<150 {
      let bytes = (0..<count).map { UInt8($0) }
      let block = try #require(try PEMArmour.decode(PEMArmour.encode(label: "X", der: bytes)).first)
      #expect(block.bytes == bytes)
    }
  }

  @Test("base64 of RFC 4648 §10")
  func base64() {
    for (plain, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
      #expect(Base64.encode(plain.utf8) == Array(text.utf8))
      #expect(Base64.decode(text.utf8) == Array(plain.utf8))
    }
    for text in ["Z", "Zg", "Zg=", "Zg===", "=", "====", "Zm9v=", "Z=g="] { #expect(Base64.decode(text.utf8) == nil) }
  }
}
