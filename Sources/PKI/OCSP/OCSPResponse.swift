import Cryptography

/// A responder's answer (RFC 6960 §4.2.1): a status, and with `successful` the signed statement.
///
///     OCSPResponse ::= SEQUENCE { responseStatus ENUMERATED, [0] responseBytes OPTIONAL }
public struct OCSPResponse: Hashable, Sendable {
  /// §2.3; 4 is not used.
  public enum Status: Int, Hashable, Sendable, CaseIterable {
    case successful = 0
    case malformedRequest = 1
    case internalError = 2
    case tryLater = 3
    case sigRequired = 5
    case unauthorized = 6
  }

  public let status: Status
  /// Nil unless successful, and when the responder answers in a form that nobody knows.
  public let basic: BasicOCSPResponse?
  public let der: [UInt8]

  /// An answer without a statement: these are never signed (§2.3).
  public init(failure status: Status) {
    self.status = status
    basic = nil
    der = DERWriter.bytes { $0.sequence { $0.integer(status.rawValue, tag: .enumerated) } }
  }

  public init(_ basic: BasicOCSPResponse) {
    status = .successful
    self.basic = basic
    der = DERWriter.bytes {
      $0.sequence {
        $0.integer(0, tag: .enumerated)
        $0.constructed(.contextConstructed(0)) {
          $0.sequence {
            $0.objectIdentifier(OID.ocspBasic.bytes)
            $0.octetString(basic.der)
          }
        }
      }
    }
  }

  /// - Throws: `.malformed`.
  public init(der: [UInt8]) throws(PKIError) {
    self = try PKIError.reading(.ocspResponse) { () throws(DERError) in try OCSPResponse(reading: der) }
  }

  private init(reading der: [UInt8]) throws(DERError) {
    self.der = der
    var outer = DERReader(der)
    var content = try outer.enter()
    try outer.finish()
    let start = content.position
    guard let status = Status(rawValue: try content.readUnsigned(.enumerated)) else {
      throw DERError(.integerOutOfRange, at: start)
    }
    self.status = status
    var body: BasicOCSPResponse?
    if var field = try content.enterIfPresent(.contextConstructed(0)) {
      var bytes = try field.enter()
      let type = OID(checked: bytes.content(try bytes.readObjectIdentifier()))
      let octets = try bytes.readOctetString()
      try bytes.finish()
      try field.finish()
      if type == .ocspBasic { body = try BasicOCSPResponse(reading: octets) }
    }
    try content.finish()
    basic = status == .successful ? body : nil
  }
}
