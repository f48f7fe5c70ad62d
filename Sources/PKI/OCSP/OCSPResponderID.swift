import Cryptography

/// Who signed a response (RFC 6960 §4.2.1).
public enum OCSPResponderID: Hashable, Sendable {
  case name(DistinguishedName)
  /// SHA-1 of the bits of the responder's key.
  case key([UInt8])

  /// `responder` by its key.
  public static func key(of responder: Certificate) -> Self { .key(Digest.sha1.hash(responder.publicKeyBits)) }

  /// Whether `certificate` may be the responder's.
  public func matches(_ certificate: Certificate) -> Bool {
    switch self {
    case .name(let name): name.matches(certificate.subject)
    case .key(let hash): hash == Digest.sha1.hash(certificate.publicKeyBits)
    }
  }

  init(reading reader: inout DERReader) throws(DERError) {
    if var field = try reader.enterIfPresent(.contextConstructed(1)) {
      self = .name(try DistinguishedName(reading: &field))
      try field.finish()
    } else {
      var field = try reader.enter(.contextConstructed(2))
      self = .key(try field.readOctetString())
      try field.finish()
    }
  }

  func write(to writer: inout DERWriter) {
    switch self {
    case .name(let name): writer.constructed(.contextConstructed(1)) { $0.raw(name.der) }
    case .key(let hash): writer.constructed(.contextConstructed(2)) { $0.octetString(hash) }
    }
  }
}
