import Cryptography

/// Names a certificate without showing it (RFC 6960 §4.1.1): hashes of its issuer's name and key, and its serial number.
public struct OCSPCertID: Hashable, Sendable {
  public var hashAlgorithm: AlgorithmIdentifier
  public var issuerNameHash: [UInt8]
  public var issuerKeyHash: [UInt8]
  public var serialNumber: SerialNumber

  public init(
    hashAlgorithm: AlgorithmIdentifier, issuerNameHash: [UInt8], issuerKeyHash: [UInt8], serialNumber: SerialNumber
  ) {
    self.hashAlgorithm = hashAlgorithm
    self.issuerNameHash = issuerNameHash
    self.issuerKeyHash = issuerKeyHash
    self.serialNumber = serialNumber
  }

  /// The certificate with `serialNumber` of `issuer`.
  ///
  /// - Parameter digest: SHA-1 is what every responder knows; here it names, it proves nothing.
  public init(serialNumber: SerialNumber, issuer: Certificate, digest: Digest = .sha1) {
    hashAlgorithm = AlgorithmIdentifier(hash: digest)
    issuerNameHash = digest.hash(issuer.subject.der)
    issuerKeyHash = digest.hash(issuer.publicKeyBits)
    self.serialNumber = serialNumber
  }

  public init(_ certificate: Certificate, issuer: Certificate, digest: Digest = .sha1) {
    self.init(serialNumber: certificate.serialNumber, issuer: issuer, digest: digest)
    issuerNameHash = digest.hash(certificate.issuer.der)
  }

  /// Whether this names the same certificate; the hash's parameters, NULL or none, do not matter.
  public func names(_ other: OCSPCertID) -> Bool {
    hashAlgorithm.oid == other.hashAlgorithm.oid && serialNumber == other.serialNumber
      && issuerNameHash == other.issuerNameHash && issuerKeyHash == other.issuerKeyHash
  }

  /// Whether this is `certificate` of `issuer`, whichever of the known hashes it was made with.
  public func names(_ certificate: Certificate, issuer: Certificate) -> Bool {
    guard let digest = hashAlgorithm.hash else { return false }
    return names(OCSPCertID(certificate, issuer: issuer, digest: digest))
  }

  /// Whether `issuer` is the CA that this speaks of.
  public func isIssued(by issuer: Certificate) -> Bool {
    guard let digest = hashAlgorithm.hash else { return false }
    return issuerNameHash == digest.hash(issuer.subject.der) && issuerKeyHash == digest.hash(issuer.publicKeyBits)
  }

  /// Whether the CA that this speaks of has that name, by whichever of the known hashes.
  public func hasIssuer(named name: DistinguishedName) -> Bool {
    hashAlgorithm.hash.map { issuerNameHash == $0.hash(name.der) } ?? false
  }

  init(reading reader: inout DERReader) throws(DERError) {
    var content = try reader.enter()
    hashAlgorithm = try AlgorithmIdentifier(reading: &content)
    issuerNameHash = try content.readOctetString()
    issuerKeyHash = try content.readOctetString()
    serialNumber = SerialNumber(bytes: content.content(try content.readIntegerElement()))
    try content.finish()
  }

  func write(to writer: inout DERWriter) {
    writer.sequence {
      hashAlgorithm.write(to: &$0)
      $0.octetString(issuerNameHash)
      $0.octetString(issuerKeyHash)
      $0.primitive(.integer, serialNumber.bytes)
    }
  }
}

extension AlgorithmIdentifier {
  /// A hash function, with the NULL that old readers expect (RFC 4055 §2.1 asks to accept both).
  init(hash digest: Digest) {
    let oid: OID =
      switch digest {
      case .md5: OID(checked: [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5])
      case .sha1: .sha1
      case .sha224: .sha224
      case .sha256: .sha256
      case .sha384: .sha384
      case .sha512: .sha512
      }
    self.init(oid: oid, parameters: [5, 0])
  }

  /// The hash function this is, if it is a known one.
  var hash: Digest? {
    switch oid {
    case .sha1: .sha1
    case .sha224: .sha224
    case .sha256: .sha256
    case .sha384: .sha384
    case .sha512: .sha512
    default: nil
    }
  }
}
