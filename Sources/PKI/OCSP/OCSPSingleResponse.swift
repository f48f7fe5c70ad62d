import Cryptography

/// What a response says of one certificate (RFC 6960 §4.2.1).
public struct OCSPSingleResponse: Hashable, Sendable {
  public enum Status: Hashable, Sendable {
    case good
    case revoked(at: UnixTime, reason: RevocationReason?)
    case unknown
  }

  public var certID: OCSPCertID
  public var status: Status
  public var thisUpdate: UnixTime
  /// Nil: newer information is always at hand (§2.4).
  public var nextUpdate: UnixTime?
  public var extensions: [CertificateExtension]

  public init(
    _ certID: OCSPCertID, _ status: Status, thisUpdate: UnixTime, nextUpdate: UnixTime?,
    extensions: [CertificateExtension] = []
  ) {
    self.certID = certID
    self.status = status
    self.thisUpdate = thisUpdate
    self.nextUpdate = nextUpdate
    self.extensions = extensions
  }

  init(reading reader: inout DERReader) throws(DERError) {
    var content = try reader.enter()
    certID = try OCSPCertID(reading: &content)
    status = try Status(reading: &content)
    thisUpdate = try content.readGeneralizedTime()
    nextUpdate = nil
    if var field = try content.enterIfPresent(.contextConstructed(0)) {
      nextUpdate = try field.readGeneralizedTime()
      try field.finish()
    }
    extensions = try content.readOCSPExtensions(tag: 1)
    try content.finish()
  }

  func write(to writer: inout DERWriter) {
    writer.sequence {
      certID.write(to: &$0)
      status.write(to: &$0)
      $0.generalizedTime(thisUpdate)
      if let nextUpdate { $0.constructed(.contextConstructed(0)) { $0.generalizedTime(nextUpdate) } }
      $0.ocspExtensions(extensions, tag: 1)
    }
  }
}

/// `CertStatus ::= CHOICE { [0] good NULL, [1] revoked RevokedInfo, [2] unknown NULL }`, tags implicit.
extension OCSPSingleResponse.Status {
  init(reading reader: inout DERReader) throws(DERError) {
    let element = try reader.next()
    switch element.tag {
    case .context(0) where element.content.isEmpty: self = .good
    case .context(2) where element.content.isEmpty: self = .unknown
    case .contextConstructed(1):
      var content = reader.inside(element)
      let date = try content.readGeneralizedTime()
      var reason: RevocationReason?
      if var field = try content.enterIfPresent(.contextConstructed(0)) {
        reason = try RevocationReason(reading: &field)
        try field.finish()
      }
      try content.finish()
      self = .revoked(at: date, reason: reason)
    default: throw DERError(.unexpectedTag, at: element.start)
    }
  }

  func write(to writer: inout DERWriter) {
    switch self {
    case .good: writer.primitive(.context(0), EmptyCollection<UInt8>())
    case .unknown: writer.primitive(.context(2), EmptyCollection<UInt8>())
    case .revoked(let date, let reason):
      writer.constructed(.contextConstructed(1)) {
        $0.generalizedTime(date)
        if let reason { $0.constructed(.contextConstructed(0)) { reason.write(to: &$0) } }
      }
    }
  }
}
