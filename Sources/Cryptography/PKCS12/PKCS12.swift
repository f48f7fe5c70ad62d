/// PKCS#12 (RFC 7292): a private key and its certificates under one password.
public enum PKCS12 {
  /// What a container held.
  public struct Contents: Sendable {
    /// The first private key.
    public var key: PrivateKey?
    /// DER, in the order of the container.
    public var certificates: [[UInt8]]
    /// The first name on a certificate or key.
    public var friendlyName: String?
  }

  /// Opens a container, modern or legacy, BER or DER. Bags of other things are passed over.
  /// - Parameter secret: the password in UTF-8.
  /// - Throws: `.wrongPassphrase` when the authentication code does not hold; `.malformed`, `.unsupportedEncryption`.
  public static func decode(_ bytes: [UInt8], password secret: SecretBytes) throws(CryptographyError)
    -> Contents
  {
    let (safe, mac) = try CryptographyError.reading(.pkcs12) { () throws(DERError) in
      let der = try BER.normalized(bytes)
      var outer = DERReader(der)
      var container = try outer.enter()
      guard try container.readUnsigned() == 3 else { throw DERError(.unsupportedVersion, at: 0) }
      var info = try container.enter()
      guard info.content(try info.readObjectIdentifier()) == ObjectIdentifiers.data else {
        throw DERError(.unexpectedTag, at: info.position)
      }
      var content = try info.enter(.contextConstructed(0))
      return (try content.readOctetString(), try container.enterIfPresent(.sequence))
    }
    if let mac { try check(mac, safe: safe, password: secret) }
    let normalized = try CryptographyError.reading(.pkcs12) { () throws(DERError) in try BER.normalized(safe) }
    var reader = PKCS12Reader(password: secret)
    try reader.readSafe(normalized)
    return reader.contents
  }

  /// `MacData` (RFC 7292 §4).
  private static func check(
    _ mac: DERReader, safe: [UInt8], password: SecretBytes
  ) throws(CryptographyError) {
    var mac = mac
    let (algorithm, expected, salt, iterations) = try CryptographyError.reading(.pkcs12) { () throws(DERError) in
      var info = try mac.enter()
      var identifier = try info.enter()
      let algorithm = identifier.content(try identifier.readObjectIdentifier())
      let expected = try info.readOctetString()
      let salt = try mac.readOctetString()
      return (algorithm, expected, salt, mac.isAtEnd ? 1 : try mac.readUnsigned())
    }
    try KeyDerivation.check(iterations: iterations)
    guard let digest = ObjectIdentifiers.digest(algorithm) else {
      throw .unsupportedEncryption(name: ObjectIdentifiers.dotted(algorithm))
    }
    var key = password.withArray {
      digest.pkcs12Key(
        $0, salt: salt, iterations: iterations, purpose: .authentication, count: digest.byteCount)
    }
    defer { key.wipe() }
    guard constantTimeEqual(digest.authenticationCode(safe, key: key), expected) else { throw .wrongPassphrase }
  }
}
