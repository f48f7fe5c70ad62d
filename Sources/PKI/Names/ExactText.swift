/// A text that is equal to another only if all its code points are. For whatever a stranger chose and a rule names.
///
/// `String` won't do: its `==`, `hasPrefix` and hash take canonical equivalents for equal, so that U+212A KELVIN SIGN is a K
/// and U+037E a semicolon, and its `lowercased()` folds more than ASCII.
public struct ExactText: Hashable, Sendable {
  /// UTF-8.
  public let octets: [UInt8]

  public init(_ text: some StringProtocol) { octets = Array(text.utf8) }

  private init(octets: [UInt8]) { self.octets = octets }

  /// A to Z in lower case, all else as it is.
  public var loweredASCII: ExactText {
    ExactText(octets: octets.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 })
  }

  /// The same of what stands at `start` and behind it.
  public func loweredBehind(_ start: Int) -> ExactText {
    ExactText(octets: octets[..<start] + dropFirst(start).loweredASCII.octets)
  }

  public func hasPrefix(_ other: ExactText) -> Bool { octets.starts(with: other.octets) }

  public func hasSuffix(_ other: ExactText) -> Bool {
    octets.count >= other.octets.count && octets.suffix(other.octets.count).elementsEqual(other.octets)
  }

  public func dropFirst(_ count: Int) -> ExactText { ExactText(octets: Array(octets.dropFirst(count))) }
  public func dropLast(_ count: Int) -> ExactText { ExactText(octets: Array(octets.dropLast(count))) }
}

extension ExactText: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self.init(text) }
}
