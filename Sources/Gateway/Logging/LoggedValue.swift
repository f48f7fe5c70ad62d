import PKI

/// What a stranger sent, as it stands between quotes in a message of the error log: visible, on one line, of bounded
/// length, and unable to end the quotes.
struct LoggedValue: CustomStringConvertible {
  /// In bytes, as sent.
  static let limit = 1024

  let description: String

  init(_ value: String) {
    let kept = VisibleText.shortened(value, limit: Self.limit)
    description = VisibleText.escaped(kept.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))
  }

  /// - Parameter name: in RFC 2253's form, which escapes quotes and backslashes itself.
  init(_ name: DistinguishedName) { description = VisibleText.shortened(name.rfc2253, limit: Self.limit) }
}
