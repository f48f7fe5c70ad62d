import Cryptography

/// A signed statement about certificates (RFC 6960 §4.2.1).
///
///     BasicOCSPResponse ::= SEQUENCE { tbsResponseData, signatureAlgorithm, signature, [0] certs OPTIONAL }
///     ResponseData      ::= SEQUENCE { [0] version, responderID, producedAt, responses, [1] responseExtensions }
public struct BasicOCSPResponse: Hashable, Sendable {
  public let der: [UInt8]
  public let responderID: OCSPResponderID
  public let producedAt: UnixTime
  public let responses: [OCSPSingleResponse]
  public let extensions: [CertificateExtension]
  public let signatureAlgorithm: AlgorithmIdentifier
  /// DER of certificates that help to verify the signature; not checked to be certificates.
  public let certificates: [[UInt8]]
  private let tbs: Range<Int>
  private let signature: Range<Int>?

  private static let mostResponses = 1024
  private static let mostCertificates = 16

  init(reading der: [UInt8]) throws(DERError) {
    self.der = der
    var outer = DERReader(der)
    var content = try outer.enter()
    try outer.finish()
    let element = try content.read(.sequence)
    tbs = element.range
    signatureAlgorithm = try AlgorithmIdentifier(reading: &content)
    signature = try content.readSignature()
    certificates = try Self.certificates(&content)
    try content.finish()

    var body = content.inside(element)
    try body.readOCSPVersion()
    responderID = try OCSPResponderID(reading: &body)
    producedAt = try body.readGeneralizedTime()
    var list = try body.enter()
    var found: [OCSPSingleResponse] = []
    while !list.isAtEnd {
      guard found.count < Self.mostResponses else { throw DERError(.tooManyElements, at: list.position) }
      found.append(try OCSPSingleResponse(reading: &list))
    }
    responses = found
    extensions = try body.readOCSPExtensions(tag: 1)
    try body.finish()
  }

  private static func certificates(_ reader: inout DERReader) throws(DERError) -> [[UInt8]] {
    guard var field = try reader.enterIfPresent(.contextConstructed(0)) else { return [] }
    var list = try field.enter()
    try field.finish()
    var found: [[UInt8]] = []
    while !list.isAtEnd {
      guard found.count < mostCertificates else { throw DERError(.tooManyElements, at: list.position) }
      found.append(list.whole(try list.read(.sequence)))
    }
    return found
  }

  public var tbsBytes: [UInt8] { Array(der[tbs]) }
  /// Empty when it is not made of whole bytes; then it is no signature of anyone.
  public var signatureValue: [UInt8] { signature.map { Array(der[$0]) } ?? [] }

  /// - Throws: `.malformed` when the extension is there and damaged.
  public func nonce() throws(PKIError) -> [UInt8]? {
    try extensions.first { $0.oid == .ocspNonce }?.decoded(as: OCSPNonce.self)?.octets
  }

  /// Whether `key` signed this; false for an algorithm that is unknown.
  public func isSigned(by key: PublicKey) -> Bool {
    guard let algorithm = signatureAlgorithm.signatureAlgorithm else { return false }
    return der.withUnsafeBytes { bytes in
      key.isValidSignature(signatureValue, over: UnsafeRawBufferPointer(rebasing: bytes[tbs]), algorithm)
    }
  }
}

extension BasicOCSPResponse {
  /// The `ResponseData`, for a signer that is elsewhere.
  public static func tbsDER(
    responderID: OCSPResponderID, producedAt: UnixTime, responses: [OCSPSingleResponse],
    extensions: [CertificateExtension] = []
  ) -> [UInt8] {
    DERWriter.bytes {
      $0.sequence {
        responderID.write(to: &$0)
        $0.generalizedTime(producedAt)
        $0.sequence { for response in responses { response.write(to: &$0) } }
        $0.ocspExtensions(extensions, tag: 1)
      }
    }
  }

  /// A response from what was signed and its signature.
  ///
  /// - Throws: `.malformed`.
  public init(
    tbs: [UInt8], algorithm: SignatureAlgorithm, signature: [UInt8], certificates: [Certificate] = []
  ) throws(PKIError) {
    let der = DERWriter.bytes {
      $0.sequence {
        $0.raw(tbs)
        AlgorithmIdentifier(algorithm).write(to: &$0)
        $0.bitString(signature)
        if !certificates.isEmpty {
          $0.constructed(.contextConstructed(0)) {
            $0.sequence { for certificate in certificates { $0.raw(certificate.der) } }
          }
        }
      }
    }
    self = try PKIError.reading(.ocspResponse) { () throws(DERError) in try BasicOCSPResponse(reading: der) }
  }

  /// Makes and signs a response.
  ///
  /// - Parameters:
  ///   - certificates: the delegated responder's own; none where the CA signs itself.
  ///   - nonce: the request's.
  ///   - algorithm: nil means the key's default.
  /// - Throws: `.signing`.
  public static func build(
    _ responses: [OCSPSingleResponse], responderID: OCSPResponderID, producedAt: UnixTime, key: PrivateKey,
    certificates: [Certificate] = [], nonce: [UInt8]? = nil, algorithm: SignatureAlgorithm? = nil
  ) throws(PKIError) -> BasicOCSPResponse {
    let algorithm = algorithm ?? key.defaultSignatureAlgorithm
    let tbs = tbsDER(
      responderID: responderID, producedAt: producedAt, responses: responses,
      extensions: nonce.map { [CertificateExtension(OCSPNonce($0))] } ?? [])
    let signature = try SignedStructure.signature(over: tbs, by: key, algorithm)
    return try BasicOCSPResponse(tbs: tbs, algorithm: algorithm, signature: signature, certificates: certificates)
  }
}
