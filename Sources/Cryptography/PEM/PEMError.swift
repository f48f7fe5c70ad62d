/// A fault of a PEM text (RFC 7468), with the line it is on; lines count from 1.
public enum PEMError: Error, Hashable, Sendable {
  /// A BEGIN line without its END line.
  case unterminated(label: String, line: Int)
  /// An END line with another label than the BEGIN line's; `line` is the END line.
  case labelMismatch(expected: String, found: String, line: Int)
  /// A character that is not base64, or padding in the wrong place.
  case invalidBase64(line: Int)
  /// Nothing between BEGIN and END.
  case empty(label: String, line: Int)
  /// A `DEK-Info` header that cannot be read; `line` is the BEGIN line.
  case invalidEncryptionHeader(line: Int)
}
