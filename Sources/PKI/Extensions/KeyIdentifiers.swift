import Cryptography

/// RFC 5280 §4.2.1.2.
public struct SubjectKeyIdentifier: ExtensionValue {
  public static let oid = OID.subjectKeyIdentifier
  public var bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Method (1) of the clause: SHA-1 of the key's bits. An identifier, not a proof.
  /// - Throws: `.malformed` when it is no SubjectPublicKeyInfo.
  public init(of key: PublicKey) throws(PKIError) {
    bytes = try PKIError.reading(.certificateExtension(Self.oid)) { () throws(DERError) in
      var outer = DERReader(key.subjectPublicKeyInfo)
      var info = try outer.enter()
      _ = try info.next()
      return Digest.sha1.hash(Array(info.bytes[try info.readBitString().content]))
    }
  }

  public init(reading reader: inout DERReader) throws(DERError) { bytes = try reader.readOctetString() }

  public func write(to writer: inout DERWriter) { writer.octetString(bytes) }
}

/// RFC 5280 §4.2.1.1.
///
///     AuthorityKeyIdentifier ::= SEQUENCE { [0] keyIdentifier, [1] authorityCertIssuer, [2] authorityCertSerialNumber }
public struct AuthorityKeyIdentifier: ExtensionValue {
  public static let oid = OID.authorityKeyIdentifier
  public var keyIdentifier: [UInt8]?
  public var authorityCertIssuer: [GeneralName]?
  public var authorityCertSerialNumber: SerialNumber?

  public init(
    keyIdentifier: [UInt8]?, authorityCertIssuer: [GeneralName]? = nil, authorityCertSerialNumber: SerialNumber? = nil
  ) {
    self.keyIdentifier = keyIdentifier
    self.authorityCertIssuer = authorityCertIssuer
    self.authorityCertSerialNumber = authorityCertSerialNumber
  }

  public init(reading reader: inout DERReader) throws(DERError) {
    var content = try reader.enter()
    keyIdentifier = content.nextTag == .context(0) ? try content.readOctetString(.context(0)) : nil
    if var names = try content.enterIfPresent(.contextConstructed(1)) {
      authorityCertIssuer = try GeneralName.list(&names)
    }
    if content.nextTag == .context(2) {
      authorityCertSerialNumber = SerialNumber(bytes: content.content(try content.readIntegerElement(.context(2))))
    }
    try content.finish()
  }

  public func write(to writer: inout DERWriter) {
    writer.sequence {
      if let keyIdentifier { $0.octetString(keyIdentifier, tag: .context(0)) }
      if let authorityCertIssuer {
        $0.constructed(.contextConstructed(1)) { for name in authorityCertIssuer { name.write(to: &$0) } }
      }
      if let authorityCertSerialNumber { $0.primitive(.context(2), authorityCertSerialNumber.bytes) }
    }
  }
}
