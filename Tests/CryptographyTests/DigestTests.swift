import Testing

@testable import Cryptography

@Suite("Digests, randomness and comparison")
struct DigestTests {
  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test("the digests of abc are those of FIPS 180-4 and RFC 1321")
  func vectors() {
    let expected: [Digest: String] = [
      .md5: "900150983cd24fb0d6963f7d28e17f72",
      .sha1: "a9993e364706816aba3e25717850c26c9cd0d89d",
      .sha224: "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
      .sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ]
    for (digest, text) in expected { #expect(hex(digest.hash(Array("abc".utf8))) == text) }
    for digest in Digest.allCases { #expect(digest.hash([]).count == digest.byteCount) }
  }

  @Test("a message in pieces has the digest of the whole")
  func incremental() {
    var hasher = SHA256Hasher()
    hasher.update(Array("a".utf8))
    let prefix = hasher.finalize()
    hasher.update([])
    hasher.update(Array("bc".utf8))
    #expect(prefix == Digest.sha256.hash(Array("a".utf8)))
    #expect(hasher.finalize() == Digest.sha256.hash(Array("abc".utf8)))
  }

  @Test("PBKDF2 gives the first vector of RFC 6070")
  func derivation() {
    let key = Digest.sha1.pbkdf2(
      password: Array("password".utf8), salt: Array("salt".utf8), iterations: 2, byteCount: 20)
    #expect(hex(key).hasPrefix("ea6c014dc72d"))
  }

  @Test("random bytes are as many as asked for and not the same twice")
  func random() {
    #expect(secureRandomBytes(0).isEmpty)
    #expect(secureRandomBytes(16) != secureRandomBytes(16))
  }

  @Test("constant-time comparison compares")
  func comparison() {
    #expect(constantTimeEqual([], []))
    #expect(constantTimeEqual([1, 2], [1, 2]))
    #expect(!constantTimeEqual([1, 2], [1, 3]))
    #expect(!constantTimeEqual([1, 2], [1, 2, 3]))
  }
}
