import TestSupport
import Testing

@testable import Cryptography

@Suite("Signatures")
struct SignatureTests {
  private let message = Array("message".utf8)

  private static let combinations: [(KeyType, SignatureAlgorithm)] = [
    (.p256, .ecdsa(.sha256)), (.p256, .ecdsa(.sha384)), (.p384, .ecdsa(.sha384)), (.p521, .ecdsa(.sha512)),
    (.ed25519, .ed25519), (.rsa(bits: 2048), .rsaPKCS1(.sha256)), (.rsa(bits: 2048), .rsaPKCS1(.sha1)),
    (.rsa(bits: 2048), .rsaPSS(.sha256, saltLength: 32)), (.rsa(bits: 2048), .rsaPSS(.sha512, saltLength: 0)),
  ]

  @Test("a signature holds for its message and key only", arguments: combinations)
  func signAndVerify(type: KeyType, algorithm: SignatureAlgorithm) throws {
    let key = try PrivateKey.generate(type)
    let signature = try key.sign(message, algorithm)
    #expect(key.publicKey.isValidSignature(signature, over: message, algorithm))
    #expect(!key.publicKey.isValidSignature(signature, over: message + [0], algorithm))
    #expect(!key.publicKey.isValidSignature(Array(signature.dropLast()), over: message, algorithm))
    #expect(!key.publicKey.isValidSignature([], over: message, algorithm))
    var changed = signature
    changed[signature.count / 2] ^= 1
    #expect(!key.publicKey.isValidSignature(changed, over: message, algorithm))
    #expect(try !PrivateKey.generate(type).publicKey.isValidSignature(signature, over: message, algorithm))
  }

  @Test("a salt of another length is not accepted")
  func saltLength() throws {
    let key = try PrivateKey(pem: Array(KeyFixtures.rsa.utf8)) { nil }
    let signature = try key.sign(message, .rsaPSS(.sha256, saltLength: 20))
    #expect(!key.publicKey.isValidSignature(signature, over: message, .rsaPSS(.sha256, saltLength: 32)))
    #expect(!key.publicKey.isValidSignature(signature, over: message, .rsaPSS(.sha256, saltLength: -1)))
    #expect(!key.publicKey.isValidSignature(signature, over: message, .rsaPKCS1(.sha256)))
  }

  @Test("an algorithm that does not fit the key is refused")
  func mismatch() throws {
    let key = try PrivateKey.generate(.ed25519)
    #expect(throws: CryptographyError.algorithmMismatch(key: .ed25519, algorithm: .ecdsa(.sha256))) {
      try key.sign(message, .ecdsa(.sha256))
    }
    #expect(!key.publicKey.isValidSignature([1, 2, 3], over: message, .rsaPKCS1(.sha256)))
  }

  @Test("the default algorithm matches the curve")
  func defaults() throws {
    #expect(try PrivateKey.generate(.p256).defaultSignatureAlgorithm == .ecdsa(.sha256))
    #expect(try PrivateKey.generate(.p384).defaultSignatureAlgorithm == .ecdsa(.sha384))
    #expect(try PrivateKey.generate(.p521).defaultSignatureAlgorithm == .ecdsa(.sha512))
    #expect(try PrivateKey.generate(.ed25519).defaultSignatureAlgorithm == .ed25519)
  }

  @Test("a DSA signature made by openssl holds")
  func dsa() throws {
    let key = try PrivateKey(pem: Array(KeyFixtures.dsa.utf8)) { nil }
    let signature = try #require(Base64.decode(KeyFixtures.dsaSignature.utf8))
    #expect(key.type == .dsa(bits: 1024))
    #expect(key.publicKey.isValidSignature(signature, over: message, .dsa(.sha1)))
    #expect(!key.publicKey.isValidSignature(signature, over: message, .dsa(.sha256)))
    let own = try key.sign(message, .dsa(.sha256))
    #expect(key.publicKey.isValidSignature(own, over: message, .dsa(.sha256)))
  }

  @Test("a DSA key without parameters takes its issuer's, and verifies nothing before")
  func inheritedParameters() throws {
    let issuer = try PrivateKey(pem: Array(KeyFixtures.dsa.utf8)) { nil }
    let full = issuer.publicKey
    let bare = try PublicKey(subjectPublicKeyInfo: Self.withoutParameters(full.subjectPublicKeyInfo))
    let signature = try issuer.sign(message, .dsa(.sha1))
    #expect(bare.needsParameters && !full.needsParameters)
    #expect(!bare.isValidSignature(signature, over: message, .dsa(.sha1)))
    let inherited = try #require(bare.inheritingParameters(from: full))
    #expect(inherited.isValidSignature(signature, over: message, .dsa(.sha1)))
    #expect(inherited == full)
    #expect(try bare.inheritingParameters(from: PrivateKey.generate(.p256).publicKey) == nil)
    #expect(bare.inheritingParameters(from: bare) == nil)
  }

  private static func withoutParameters(_ info: [UInt8]) throws -> [UInt8] {
    var outer = DERReader(info)
    var content = try outer.enter()
    _ = try content.enter()
    let bits = content.whole(try content.next())
    return DERWriter.bytes {
      $0.sequence {
        $0.sequence { $0.objectIdentifier(ObjectIdentifiers.dsa) }
        $0.raw(bits)
      }
    }
  }

  @Test("a public key that is none is refused, and leaves nothing in the error queue")
  func refusedPublicKeys() throws {
    let good = try PrivateKey.generate(.p256).publicKey.subjectPublicKeyInfo
    for count in 0..<good.count {
      #expect(throws: CryptographyError.self) { try PublicKey(subjectPublicKeyInfo: Array(good.prefix(count))) }
    }
    var offCurve = good
    offCurve[good.count - 1] ^= 1
    #expect(throws: CryptographyError.self) { try PublicKey(subjectPublicKeyInfo: offCurve) }
    #expect(LibraryReason.take().code == 0)
  }

  @Test("openssl verifies what we sign")
  func opensslVerifies() throws {
    guard OpenSSLTool.isInstalled() else { return }
    let key = try PrivateKey.generate(.p521)
    let signature = try key.sign(message, .ecdsa(.sha512))
    let publicPEM = PEMArmour.encode(label: "PUBLIC KEY", der: key.publicKey.subjectPublicKeyInfo)
    try OpenSSLTool.withFiles(["pub.pem": publicPEM, "sig": signature, "msg": message]) { directory in
      let output = try OpenSSLTool.run(
        ["dgst", "-sha512", "-verify", "pub.pem", "-signature", "sig", "msg"], in: directory)
      #expect(output.text.contains("Verified OK"))
    }
  }

  @Test("a signature is checked against the message's digest alone, where its algorithm has one")
  func overDigest() throws {
    let cases: [(type: KeyType, algorithm: SignatureAlgorithm)] = [
      (.p256, .ecdsa(.sha256)), (.p384, .ecdsa(.sha384)), (.rsa(bits: 2048), .rsaPKCS1(.sha256)),
      (.rsa(bits: 2048), .rsaPSS(.sha256, saltLength: 32)), (.ed25519, .ed25519),
    ]
    let message = Array("a CertificateList".utf8)
    for (type, algorithm) in cases {
      let key = try PrivateKey.generate(type)
      let signature = try key.sign(message, algorithm)
      let digest = (algorithm.digest ?? .sha512).hash(message)
      let isValid = key.publicKey.isValidSignature(signature, overDigest: digest, algorithm)
      #expect(isValid == (algorithm != .ed25519), "\(algorithm)")
      let other = (algorithm.digest ?? .sha512).hash(message + [0])
      #expect(!key.publicKey.isValidSignature(signature, overDigest: other, algorithm))
    }
  }
}
