import Testing

@testable import Cryptography

@Suite("Secrets in memory")
struct SecretBytesTests {
  @Test("an array that is wiped is overwritten where it lies, before it is given back")
  func wipe() {
    var secret = [UInt8](repeating: 7, count: 4096)
    secret.withUnsafeMutableBytes { memory in
      SecretBytes.overwrite(memory)
      #expect(memory.allSatisfy { $0 == 0 })
    }
    secret.wipe()
    #expect(secret.isEmpty)
  }

  @Test("bytes are kept, compared and lent, and never printed")
  func value() {
    let secret: SecretBytes = "pässword"
    #expect(secret == SecretBytes("pässword".utf8))
    #expect(secret != "pasword")
    #expect(secret.count == 9)
    #expect(secret.withArray { $0 } == Array("pässword".utf8))
    #expect(secret.withBytes { Array($0) } == Array("pässword".utf8))
    for text in ["\(secret)", String(describing: Optional(secret)), String(reflecting: [secret])] {
      #expect(!text.contains("word") && !text.contains("112"))
    }
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(!dumped.contains("112"))
    #expect((SecretBytes([UInt8]())).isEmpty)
  }

  @Test("an array that is taken over is empty afterwards")
  func taken() {
    var bytes: [UInt8] = [1, 2, 3]
    let secret = SecretBytes(wiping: &bytes)
    #expect(bytes.isEmpty)
    #expect(secret == [1, 2, 3])
  }
}
