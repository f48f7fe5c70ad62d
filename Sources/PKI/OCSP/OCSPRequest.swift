import Cryptography

/// A question for the status of certificates (RFC 6960 §4.1). Signed requests are read; the signature is left alone.
///
///     OCSPRequest ::= SEQUENCE { tbsRequest, [0] optionalSignature }
///     TBSRequest  ::= SEQUENCE { [0] version, [1] requestorName, requestList, [2] requestExtensions }
public struct OCSPRequest: Hashable, Sendable {
  public struct Item: Hashable, Sendable {
    public var certID: OCSPCertID
    public var extensions: [CertificateExtension]

    public init(_ certID: OCSPCertID, extensions: [CertificateExtension] = []) {
      self.certID = certID
      self.extensions = extensions
    }
  }

  public var requestorName: GeneralName?
  public var items: [Item]
  public var extensions: [CertificateExtension]
  public private(set) var isSigned = false

  /// - Parameter nonce: 1 to 128 octets that nobody can foresee; nil asks for whatever answer is at hand.
  public init(_ certIDs: [OCSPCertID], nonce: [UInt8]? = nil) {
    items = certIDs.map { Item($0) }
    extensions = nonce.map { [CertificateExtension(OCSPNonce($0))] } ?? []
  }

  /// - Throws: `.malformed`.
  public init(der: [UInt8]) throws(PKIError) {
    self = try PKIError.reading(.ocspRequest) { () throws(DERError) in try OCSPRequest(reading: der) }
  }

  /// - Throws: `.malformed` when the extension is there and damaged.
  public func nonce() throws(PKIError) -> [UInt8]? {
    try extensions.first { $0.oid == .ocspNonce }?.decoded(as: OCSPNonce.self)?.octets
  }

  public var der: [UInt8] {
    DERWriter.bytes {
      $0.sequence {
        $0.sequence { body in
          if let requestorName { body.constructed(.contextConstructed(1)) { requestorName.write(to: &$0) } }
          body.sequence { for item in items { item.write(to: &$0) } }
          body.ocspExtensions(extensions, tag: 2)
        }
      }
    }
  }

  private static let mostItems = 256

  private init(reading der: [UInt8]) throws(DERError) {
    var outer = DERReader(der)
    var request = try outer.enter()
    try outer.finish()
    var body = try request.enter()
    isSigned = try request.enterIfPresent(.contextConstructed(0)) != nil
    try request.finish()

    try body.readOCSPVersion()
    requestorName = nil
    if var field = try body.enterIfPresent(.contextConstructed(1)) {
      requestorName = try GeneralName(reading: &field)
      try field.finish()
    }
    let start = body.position
    var list = try body.enter()
    items = []
    while !list.isAtEnd {
      guard items.count < Self.mostItems else { throw DERError(.tooManyElements, at: list.position) }
      items.append(try Item(reading: &list))
    }
    if items.isEmpty { throw DERError(.emptySequence, at: start) }
    extensions = try body.readOCSPExtensions(tag: 2)
    try body.finish()
  }
}

extension OCSPRequest.Item {
  fileprivate init(reading reader: inout DERReader) throws(DERError) {
    var content = try reader.enter()
    certID = try OCSPCertID(reading: &content)
    extensions = try content.readOCSPExtensions(tag: 0)
    try content.finish()
  }

  fileprivate func write(to writer: inout DERWriter) {
    writer.sequence {
      certID.write(to: &$0)
      $0.ocspExtensions(extensions, tag: 0)
    }
  }
}

extension DERReader {
  /// `[0] EXPLICIT Version DEFAULT v1`. Deviation: an encoded v1 is accepted, as OpenSSL does.
  mutating func readOCSPVersion() throws(DERError) {
    guard var field = try enterIfPresent(.contextConstructed(0)) else { return }
    let start = field.position
    guard try field.readUnsigned() == 0 else { throw DERError(.unsupportedVersion, at: start) }
    try field.finish()
  }

  /// `[tag] EXPLICIT Extensions OPTIONAL`.
  mutating func readOCSPExtensions(tag: UInt8) throws(DERError) -> [CertificateExtension] {
    guard var field = try enterIfPresent(.contextConstructed(tag)) else { return [] }
    let records = try ExtensionRecord.list(&field)
    try field.finish()
    return records.map { $0.materialized(bytes) }
  }
}

extension DERWriter {
  mutating func ocspExtensions(_ extensions: [CertificateExtension], tag: UInt8) {
    guard !extensions.isEmpty else { return }
    constructed(.contextConstructed(tag)) { CertificateExtension.write(extensions, to: &$0) }
  }
}
