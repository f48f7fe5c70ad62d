import Cryptography

/// A CRL (RFC 5280 §5.1). Its entries are checked once while it is parsed and then read where they lie; a copy shares
/// the bytes.
///
///     TBSCertList ::= SEQUENCE { version, signature, issuer, thisUpdate, nextUpdate, revokedCertificates, [0] crlExtensions }
public struct CertificateRevocationList: Hashable, Sendable {
  public let der: [UInt8]
  /// 0 for v1, 1 for v2.
  public let version: Int
  public let issuer: DistinguishedName
  public let thisUpdate: UnixTime
  public let nextUpdate: UnixTime?
  public let signatureAlgorithm: AlgorithmIdentifier
  public let tbsSignatureAlgorithm: AlgorithmIdentifier
  public let extensions: [CertificateExtension]
  /// The entries, in order of the encoding.
  public let entries: RevokedEntries
  private let tbs: Range<Int>
  private let signature: Range<Int>?

  /// - Throws: `.malformed` with the first fault and its offset, be it in the millionth entry.
  public init(der: [UInt8]) throws(PKIError) {
    self = try PKIError.reading(.certificateRevocationList) { () throws(DERError) in
      try CertificateRevocationList(reading: der)
    }
  }

  /// The first `X509 CRL` of a PEM text.
  public init(pem: [UInt8]) throws(PKIError) {
    try self.init(der: PEM.first(["X509 CRL"], in: pem))
  }

  private init(reading der: [UInt8]) throws(DERError) {
    self.der = der
    var outer = DERReader(der)
    var list = try outer.enter()
    try outer.finish()
    let element = try list.read(.sequence)
    tbs = element.range
    signatureAlgorithm = try AlgorithmIdentifier(reading: &list)
    signature = try list.readSignature()
    try list.finish()

    var body = list.inside(element)
    version = try Self.version(&body)
    tbsSignatureAlgorithm = try AlgorithmIdentifier(reading: &body)
    issuer = try DistinguishedName(reading: &body)
    thisUpdate = try body.readTime()
    nextUpdate = body.nextTag == .utcTime || body.nextTag == .generalizedTime ? try body.readTime() : nil
    entries = try RevokedEntries(reading: &body, allowsExtensions: version == 1)
    extensions = try Self.extensions(&body, version: version)
    try body.finish()
  }

  private static func version(_ body: inout DERReader) throws(DERError) -> Int {
    let start = body.position
    guard body.nextTag == .integer else { return 0 }
    guard try body.readUnsigned() == 1 else { throw DERError(.unsupportedVersion, at: start) }
    return 1
  }

  private static func extensions(_ body: inout DERReader, version: Int) throws(DERError) -> [CertificateExtension] {
    guard var field = try body.enterIfPresent(.contextConstructed(0)) else { return [] }
    guard version == 1 else { throw DERError(.extensionsNotAllowed, at: field.position) }
    let records = try ExtensionRecord.list(&field)
    try field.finish()
    return records.map { $0.materialized(body.bytes) }
  }

  public var pem: [UInt8] { PEM.encode(label: "X509 CRL", der: der) }
  /// Empty when it is not made of whole bytes; then it is no signature of anyone.
  public var signatureValue: [UInt8] { signature.map { Array(der[$0]) } ?? [] }
  /// What the signature is over.
  public var tbsBytes: [UInt8] { Array(der[tbs]) }

  /// Whether `key` signed this list. False as well when the two signature algorithms differ (§5.1.1.2).
  public func isSigned(by key: PublicKey) -> Bool {
    guard signatureAlgorithm == tbsSignatureAlgorithm, let algorithm = signatureAlgorithm.signatureAlgorithm else {
      return false
    }
    return der.withUnsafeBytes { bytes in
      key.isValidSignature(signatureValue, over: UnsafeRawBufferPointer(rebasing: bytes[tbs]), algorithm)
    }
  }
}

/// The extensions of RFC 5280 §5.2. Each is nil when absent and throws `.malformed` when damaged.
extension CertificateRevocationList {
  public func `extension`(_ oid: OID) -> CertificateExtension? { extensions.first { $0.oid == oid } }

  public func value<Value: ExtensionValue>(of type: Value.Type) throws(PKIError) -> Value? {
    try self.extension(Value.oid)?.decoded(as: type)
  }

  public func crlNumber() throws(PKIError) -> SerialNumber? { try value(of: CRLNumber.self)?.number }
  public func authorityKeyIdentifier() throws(PKIError) -> AuthorityKeyIdentifier? {
    try value(of: AuthorityKeyIdentifier.self)
  }
  public func issuingDistributionPoint() throws(PKIError) -> IssuingDistributionPoint? {
    try value(of: IssuingDistributionPoint.self)
  }
  /// The base's number when this is a delta CRL.
  public func deltaCRLIndicator() throws(PKIError) -> SerialNumber? {
    try value(of: DeltaCRLIndicator.self)?.baseCRLNumber
  }
  public func freshestCRL() throws(PKIError) -> FreshestCRL? { try value(of: FreshestCRL.self) }

  /// Critical extensions, of the list or any entry, that are not in `known`.
  public func unknownCriticalExtensions(known: Set<OID>) -> Set<OID> {
    Set(extensions.filter(\.critical).map(\.oid)).union(entries.criticalExtensions).subtracting(known)
  }
}
