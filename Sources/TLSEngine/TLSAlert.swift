/// An alert description (RFC 8446 §6, RFC 5246 §7.2).
public struct TLSAlert: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  private init(_ rawValue: UInt8) { self.rawValue = rawValue }

  public static let closeNotify = TLSAlert(0)
  public static let unexpectedMessage = TLSAlert(10)
  public static let badRecordMAC = TLSAlert(20)
  public static let recordOverflow = TLSAlert(22)
  public static let handshakeFailure = TLSAlert(40)
  public static let badCertificate = TLSAlert(42)
  public static let unsupportedCertificate = TLSAlert(43)
  public static let certificateRevoked = TLSAlert(44)
  public static let certificateExpired = TLSAlert(45)
  public static let certificateUnknown = TLSAlert(46)
  public static let illegalParameter = TLSAlert(47)
  public static let unknownCA = TLSAlert(48)
  public static let accessDenied = TLSAlert(49)
  public static let decodeError = TLSAlert(50)
  public static let decryptError = TLSAlert(51)
  public static let protocolVersion = TLSAlert(70)
  public static let insufficientSecurity = TLSAlert(71)
  public static let internalError = TLSAlert(80)
  public static let inappropriateFallback = TLSAlert(86)
  public static let userCanceled = TLSAlert(90)
  public static let missingExtension = TLSAlert(109)
  public static let unsupportedExtension = TLSAlert(110)
  public static let unrecognizedName = TLSAlert(112)
  public static let badCertificateStatusResponse = TLSAlert(113)
  public static let certificateRequired = TLSAlert(116)
  public static let noApplicationProtocol = TLSAlert(120)

  /// The name in RFC 8446, with spaces: `bad certificate`; `alert 200` where there is none.
  public var description: String { Self.names[rawValue] ?? "alert \(rawValue)" }

  private static let names: [UInt8: String] = [
    0: "close notify", 10: "unexpected message", 20: "bad record mac", 21: "decryption failed", 22: "record overflow",
    30: "decompression failure", 40: "handshake failure", 41: "no certificate", 42: "bad certificate",
    43: "unsupported certificate", 44: "certificate revoked", 45: "certificate expired", 46: "certificate unknown",
    47: "illegal parameter", 48: "unknown ca", 49: "access denied", 50: "decode error", 51: "decrypt error",
    60: "export restriction", 70: "protocol version", 71: "insufficient security", 80: "internal error",
    86: "inappropriate fallback", 90: "user canceled", 100: "no renegotiation", 109: "missing extension",
    110: "unsupported extension", 111: "certificate unobtainable", 112: "unrecognized name",
    113: "bad certificate status response", 114: "bad certificate hash value", 115: "unknown psk identity",
    116: "certificate required", 120: "no application protocol", 121: "ech required",
  ]
}
