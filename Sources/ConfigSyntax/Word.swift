/// One word of a directive, its quotes removed and its escapes resolved.
public struct Word: Hashable, Sendable, CustomStringConvertible {
  public var bytes: [UInt8]
  /// Whether it stood in quotes.
  public var isQuoted: Bool

  public init(bytes: [UInt8], isQuoted: Bool = false) {
    self.bytes = bytes
    self.isQuoted = isQuoted
  }

  public init(_ text: String) {
    self.init(bytes: Array(text.utf8))
  }

  /// The word as text; bytes that are no UTF-8 become U+FFFD.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
  public var description: String { text }
}
