import Cryptography

extension AlgorithmIdentifier {
  /// What this identifier means for a signature; nil when it is unknown or its parameters are not what its RFC wants.
  public var signatureAlgorithm: SignatureAlgorithm? {
    if oid == .rsaPSS { return pssAlgorithm }
    guard let (algorithm, wantsNull) = Self.known[oid] else { return nil }
    // RFC 4055 §5 demands the NULL of RSA; old software left it out, and both say the same.
    let isNull = parameters == [0x05, 0x00]
    return parameters == nil || (wantsNull && isNull) ? algorithm : nil
  }

  public init(_ algorithm: SignatureAlgorithm) {
    if case .rsaPSS(let digest, let saltLength) = algorithm {
      self.init(oid: .rsaPSS, parameters: Self.pssParameters(digest, saltLength))
      return
    }
    let oid = Self.known.first { $0.value.algorithm == algorithm }?.key ?? .sha256WithRSA
    if case .rsaPKCS1 = algorithm {
      self.init(oid: oid, parameters: [0x05, 0x00])
    } else {
      self.init(oid: oid)
    }
  }

  private static let known: [OID: (algorithm: SignatureAlgorithm, wantsNull: Bool)] = [
    .md5WithRSA: (.rsaPKCS1(.md5), true), .sha1WithRSA: (.rsaPKCS1(.sha1), true),
    .sha224WithRSA: (.rsaPKCS1(.sha224), true), .sha256WithRSA: (.rsaPKCS1(.sha256), true),
    .sha384WithRSA: (.rsaPKCS1(.sha384), true), .sha512WithRSA: (.rsaPKCS1(.sha512), true),
    .ecdsaWithSHA1: (.ecdsa(.sha1), false), .ecdsaWithSHA224: (.ecdsa(.sha224), false),
    .ecdsaWithSHA256: (.ecdsa(.sha256), false), .ecdsaWithSHA384: (.ecdsa(.sha384), false),
    .ecdsaWithSHA512: (.ecdsa(.sha512), false), .ed25519: (.ed25519, false),
    .dsaWithSHA1: (.dsa(.sha1), true), .dsaWithSHA224: (.dsa(.sha224), true), .dsaWithSHA256: (.dsa(.sha256), true),
  ]
}

/// RSASSA-PSS-params (RFC 4055 §3.1).
extension AlgorithmIdentifier {
  private var pssAlgorithm: SignatureAlgorithm? {
    guard let parameters else { return nil }
    return try? Self.readPSS(parameters)
  }

  /// Nil when MGF1 uses another digest than the message, or the trailer is not the usual one.
  private static func readPSS(_ parameters: [UInt8]) throws(DERError) -> SignatureAlgorithm? {
    var outer = DERReader(parameters)
    var content = try outer.enter()
    try outer.finish()
    var digest: Digest? = .sha1
    var maskDigest: Digest? = .sha1
    var saltLength = 20
    if var field = try content.enterIfPresent(.contextConstructed(0)) {
      digest = try Self.digest(&field)
    }
    if var field = try content.enterIfPresent(.contextConstructed(1)) {
      let mask = try AlgorithmIdentifier(reading: &field)
      try field.finish()
      guard mask.oid == .mgf1, let inner = mask.parameters else { return nil }
      var reader = DERReader(inner)
      maskDigest = try Self.digest(&reader)
    }
    if var field = try content.enterIfPresent(.contextConstructed(2)) {
      saltLength = try field.readUnsigned()
      try field.finish()
    }
    if var field = try content.enterIfPresent(.contextConstructed(3)) {
      guard try field.readUnsigned() == 1 else { return nil }
      try field.finish()
    }
    try content.finish()
    guard let digest, digest == maskDigest, saltLength <= 512 else { return nil }
    return .rsaPSS(digest, saltLength: saltLength)
  }

  /// A hash function and nothing behind it; its parameters are NULL or absent (RFC 4055 §2.1).
  private static func digest(_ reader: inout DERReader) throws(DERError) -> Digest? {
    let hash = try AlgorithmIdentifier(reading: &reader)
    try reader.finish()
    return hash.parameters == nil || hash.parameters == [0x05, 0x00] ? digests[hash.oid] : nil
  }

  private static func pssParameters(_ digest: Digest, _ saltLength: Int) -> [UInt8] {
    let hash = AlgorithmIdentifier(
      oid: digests.first { $0.value == digest }?.key ?? .sha256, parameters: [0x05, 0x00])
    let mask = AlgorithmIdentifier(oid: .mgf1, parameters: DERWriter.bytes { hash.write(to: &$0) })
    return DERWriter.bytes {
      $0.sequence {
        if digest != .sha1 {
          $0.constructed(.contextConstructed(0)) { hash.write(to: &$0) }
          $0.constructed(.contextConstructed(1)) { mask.write(to: &$0) }
        }
        if saltLength != 20 { $0.constructed(.contextConstructed(2)) { $0.integer(saltLength) } }
      }
    }
  }

  private static let digests: [OID: Digest] = [
    .sha1: .sha1, .sha224: .sha224, .sha256: .sha256, .sha384: .sha384, .sha512: .sha512,
  ]
}
