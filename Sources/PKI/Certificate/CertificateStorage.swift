import Cryptography
import Synchronization

/// A certificate's bytes and where its parts are.
///
///     Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
final class CertificateStorage: Sendable {
  let der: [UInt8]
  let tbs: Range<Int>
  let version: Int
  let serialNumber: SerialNumber
  let tbsSignatureAlgorithm: AlgorithmIdentifier
  let issuer: DistinguishedName
  let notBefore: UnixTime
  let notAfter: UnixTime
  let generalizedTimes: [UnixTime]
  let subject: DistinguishedName
  let subjectPublicKeyInfo: Range<Int>
  let publicKeyAlgorithm: AlgorithmIdentifier
  let publicKeyBits: Range<Int>
  let hasUniqueIdentifiers: Bool
  let extensions: [ExtensionRecord]
  let signatureAlgorithm: AlgorithmIdentifier
  /// Nil when it is not made of whole bytes.
  let signature: Range<Int>?
  private let parsedKey = Mutex<PublicKey??>(nil)

  init(_ der: [UInt8]) throws(DERError) {
    self.der = der
    var outer = DERReader(der)
    var certificate = try outer.enter()
    try outer.finish()
    let element = try certificate.read(.sequence)
    tbs = element.range
    var body = certificate.inside(element)
    signatureAlgorithm = try AlgorithmIdentifier(reading: &certificate)
    signature = try certificate.readSignature()
    try certificate.finish()

    version = try Self.version(&body)
    serialNumber = SerialNumber(bytes: body.content(try body.readIntegerElement()))
    tbsSignatureAlgorithm = try AlgorithmIdentifier(reading: &body)
    issuer = try DistinguishedName(reading: &body)
    var validity = try body.enter()
    (notBefore, notAfter, generalizedTimes) = try Self.period(&validity)
    try validity.finish()
    subject = try DistinguishedName(reading: &body)
    let info = try body.read(.sequence)
    subjectPublicKeyInfo = info.range
    var key = body.inside(info)
    publicKeyAlgorithm = try AlgorithmIdentifier(reading: &key)
    publicKeyBits = try key.readBitString().content
    try key.finish()
    hasUniqueIdentifiers = body.nextTag == .context(1) || body.nextTag == .context(2)
    extensions = try Self.trailer(&body, version: version)
  }

  /// `version [0] EXPLICIT DEFAULT v1`.
  private static func version(_ body: inout DERReader) throws(DERError) -> Int {
    let start = body.position
    guard var field = try body.enterIfPresent(.contextConstructed(0)) else { return 0 }
    let version = try field.readUnsigned()
    try field.finish()
    guard version != 0 else { throw DERError(.encodedDefault, at: start) }
    guard version <= 2 else { throw DERError(.unsupportedVersion, at: start) }
    return version
  }

  private static func period(
    _ validity: inout DERReader
  ) throws(DERError) -> (notBefore: UnixTime, notAfter: UnixTime, generalized: [UnixTime]) {
    var generalized: [UnixTime] = []
    func next(_ validity: inout DERReader) throws(DERError) -> UnixTime {
      let isGeneralized = validity.nextTag == .generalizedTime
      let time = try validity.readTime()
      if isGeneralized { generalized.append(time) }
      return time
    }
    let notBefore = try next(&validity)
    return (notBefore, try next(&validity), generalized)
  }

  /// The unique identifiers, which nobody uses, and the extensions.
  private static func trailer(_ body: inout DERReader, version: Int) throws(DERError) -> [ExtensionRecord] {
    if version > 0 {
      if body.nextTag == .context(1) { _ = try body.readBitString(.context(1)) }
      if body.nextTag == .context(2) { _ = try body.readBitString(.context(2)) }
    }
    guard var field = try body.enterIfPresent(.contextConstructed(3)) else {
      try body.finish()
      return []
    }
    guard version == 2 else { throw DERError(.extensionsNotAllowed, at: field.position) }
    try body.finish()
    let records = try ExtensionRecord.list(&field)
    try field.finish()
    return records
  }

  func extensionRecord(_ oid: OID) -> ExtensionRecord? {
    extensions.first { der[$0.identifier].elementsEqual(oid.bytes) }
  }

  var publicKey: PublicKey? {
    parsedKey.withLock { cached in
      if let cached { return cached }
      let key = try? PublicKey(subjectPublicKeyInfo: Array(der[subjectPublicKeyInfo]))
      cached = .some(key)
      return key
    }
  }
}
