/// A stream's number; clients' are odd (RFC 9113 §5.1.1).
public struct HTTP2StreamID: Hashable, Sendable, Comparable {
  public let rawValue: UInt32

  public init(_ rawValue: UInt32) { self.rawValue = rawValue & 0x7FFF_FFFF }

  /// The connection itself.
  public static let connection = HTTP2StreamID(0)
  public static let maximum = HTTP2StreamID(0x7FFF_FFFF)

  public var isClients: Bool { rawValue % 2 == 1 }
  public static func < (a: HTTP2StreamID, b: HTTP2StreamID) -> Bool { a.rawValue < b.rawValue }
}

/// RFC 9113 §7.
public struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let noError = HTTP2ErrorCode(rawValue: 0)
  public static let protocolError = HTTP2ErrorCode(rawValue: 1)
  public static let internalError = HTTP2ErrorCode(rawValue: 2)
  public static let flowControlError = HTTP2ErrorCode(rawValue: 3)
  public static let settingsTimeout = HTTP2ErrorCode(rawValue: 4)
  public static let streamClosed = HTTP2ErrorCode(rawValue: 5)
  public static let frameSizeError = HTTP2ErrorCode(rawValue: 6)
  public static let refusedStream = HTTP2ErrorCode(rawValue: 7)
  public static let cancel = HTTP2ErrorCode(rawValue: 8)
  public static let compressionError = HTTP2ErrorCode(rawValue: 9)
  public static let connectError = HTTP2ErrorCode(rawValue: 10)
  public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 11)
  public static let inadequateSecurity = HTTP2ErrorCode(rawValue: 12)
  public static let http11Required = HTTP2ErrorCode(rawValue: 13)
}

/// What a client did that ends the whole connection: the code for GOAWAY, and the rule it broke, for the log.
public struct HTTP2Error: Error, Hashable, Sendable {
  public var code: HTTP2ErrorCode
  public var rule: Rule

  public enum Rule: String, Hashable, Sendable {
    case preface, frameTooLarge, frameLength, streamIDZero, streamIDNotZero, streamIDEven
    case streamIDReused, streamIDIdle, padding, continuationExpected, continuationUnexpected, pushPromise
    case settingsValue, windowOverflow, windowExceeded, zeroIncrement, compression, headerBlockTooLarge
    case resetFlood, settingsFlood, pingFlood, priorityFlood, emptyFrameFlood, controlFlood
  }

  public init(_ code: HTTP2ErrorCode, _ rule: Rule) {
    self.code = code
    self.rule = rule
  }
}
