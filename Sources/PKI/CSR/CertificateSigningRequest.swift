import Cryptography

/// A certification request (RFC 2986).
///
///     CertificationRequestInfo ::= SEQUENCE { version, subject, subjectPKInfo, attributes [0] }
public struct CertificateSigningRequest: Hashable, Sendable {
  public let der: [UInt8]
  public let subject: DistinguishedName
  public let subjectPublicKeyInfo: [UInt8]
  public let signatureAlgorithm: AlgorithmIdentifier
  public let signatureValue: [UInt8]
  public let attributes: [Attribute]
  private let signedRange: Range<Int>

  /// An attribute and its values, each DER.
  public struct Attribute: Hashable, Sendable {
    public var oid: OID
    public var values: [[UInt8]]

    public init(oid: OID, values: [[UInt8]]) {
      self.oid = oid
      self.values = values
    }
  }

  /// - Throws: `.malformed` with the first fault and its offset.
  public init(der: [UInt8]) throws(PKIError) {
    self = try PKIError.reading(.certificateSigningRequest) { () throws(DERError) in
      try CertificateSigningRequest(reading: der)
    }
  }

  /// The first `CERTIFICATE REQUEST` or `NEW CERTIFICATE REQUEST` of a PEM text.
  public init(pem: [UInt8]) throws(PKIError) {
    try self.init(der: PEM.first(["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"], in: pem))
  }

  private init(reading der: [UInt8]) throws(DERError) {
    self.der = der
    var outer = DERReader(der)
    var request = try outer.enter()
    try outer.finish()
    let element = try request.read(.sequence)
    signedRange = element.range
    signatureAlgorithm = try AlgorithmIdentifier(reading: &request)
    signatureValue = try request.readOctetAlignedBitString()
    try request.finish()
    var info = request.inside(element)
    let versionStart = info.position
    guard try info.readUnsigned() == 0 else { throw DERError(.unsupportedVersion, at: versionStart) }
    subject = try DistinguishedName(reading: &info)
    subjectPublicKeyInfo = info.whole(try info.read(.sequence))
    attributes = try Self.attributes(&info)
    try info.finish()
  }

  /// Deviation: absent attributes are read as none, as OpenSSL does; the RFC wants an empty `[0]`.
  private static func attributes(_ info: inout DERReader) throws(DERError) -> [Attribute] {
    guard var list = try info.enterIfPresent(.contextConstructed(0)) else { return [] }
    var attributes: [Attribute] = []
    while !list.isAtEnd {
      var attribute = try list.enter()
      let oid = OID(checked: attribute.content(try attribute.readObjectIdentifier()))
      var set = try attribute.enter(.set)
      try attribute.finish()
      var values: [[UInt8]] = []
      while !set.isAtEnd { values.append(set.whole(try set.next())) }
      attributes.append(Attribute(oid: oid, values: values))
    }
    return attributes
  }

  public var pem: [UInt8] { PEM.encode(label: "CERTIFICATE REQUEST", der: der) }

  /// Nil when the algorithm is not known or the key is refused.
  public var publicKey: PublicKey? { try? PublicKey(subjectPublicKeyInfo: subjectPublicKeyInfo) }

  /// Whether the requester holds the private key: the request is signed with it.
  public var isSelfSignatureValid: Bool {
    guard let key = publicKey, let algorithm = signatureAlgorithm.signatureAlgorithm else { return false }
    return der.withUnsafeBytes { bytes in
      key.isValidSignature(signatureValue, over: UnsafeRawBufferPointer(rebasing: bytes[signedRange]), algorithm)
    }
  }

  /// The extensions asked for (RFC 2985 §5.4.2, or Microsoft's attribute of the same shape), none when there are none.
  /// - Throws: `.malformed` when the attribute is damaged or an extension occurs twice.
  public func requestedExtensions() throws(PKIError) -> [CertificateExtension] {
    let wanted = [OID.extensionRequest, .microsoftExtensionRequest]
    guard let value = attributes.first(where: { wanted.contains($0.oid) })?.values.first else { return [] }
    return try PKIError.reading(.certificateSigningRequest) { () throws(DERError) in
      var reader = DERReader(value)
      let records = try ExtensionRecord.list(&reader)
      try reader.finish()
      return records.map { $0.materialized(value) }
    }
  }

  /// RFC 2985 §5.4.1; nil when absent or no text.
  public var challengePassword: String? {
    guard let value = attributes.first(where: { $0.oid == .challengePassword })?.values.first else { return nil }
    var reader = DERReader(value)
    return (try? reader.next()).flatMap { DirectoryString.decode($0.tag, reader.content($0)) }
  }
}
