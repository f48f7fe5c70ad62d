/// Why bytes are not the DER they should be, and where.
public struct DERError: Error, Hashable, Sendable {
  public var reason: Reason
  /// Offset of the offending element in the outermost bytes.
  public var offset: Int

  @inlinable
  public init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// The raw value completes the sentence "… at byte N".
  public enum Reason: String, Hashable, Sendable {
    case truncated = "ends too early"
    case highTagNumber = "tag number above 30"
    case indefiniteLength = "indefinite length"
    case lengthNotMinimal = "length not minimally encoded"
    case lengthTooLarge = "length too large"
    case unexpectedTag = "unexpected tag"
    case trailingBytes = "bytes after the end"
    case invalidBoolean = "invalid BOOLEAN"
    case invalidInteger = "INTEGER empty or not minimally encoded"
    case integerOutOfRange = "INTEGER out of range"
    case invalidBitString = "invalid BIT STRING"
    case invalidNull = "invalid NULL"
    case invalidObjectIdentifier = "invalid OBJECT IDENTIFIER"
    case invalidTime = "invalid time"
    case invalidString = "invalid character string"
    case encodedDefault = "a default value is encoded"
    case emptySequence = "empty sequence"
    case setOutOfOrder = "SET OF not in order"
    case unsupportedVersion = "unsupported version"
    case tooManyElements = "more elements than are accepted"
    case duplicateElement = "an element occurs twice"
    case duplicateExtension = "an extension occurs twice"
    case extensionsNotAllowed = "extensions in a structure whose version has none"
    case algorithmMismatch = "signature algorithm differs inside and outside"
    case invalidIPAddress = "invalid iPAddress length"
    case invalidSerialNumber = "invalid serial number"
    case invalidName = "invalid name"
  }
}

extension DERError: CustomStringConvertible {
  public var description: String { "\(reason.rawValue) at byte \(offset)" }
}
