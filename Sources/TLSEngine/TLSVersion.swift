/// A version of the protocol, oldest first (RFC 2246, RFC 4346, RFC 5246, RFC 8446).
public enum TLSVersion: Int, Comparable, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  case tls1_0
  case tls1_1
  case tls1_2
  case tls1_3

  public static func < (left: TLSVersion, right: TLSVersion) -> Bool { left.rawValue < right.rawValue }

  /// As OpenSSL and `$ssl_protocol` spell it: `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`.
  public var description: String {
    switch self {
    case .tls1_0: "TLSv1"
    case .tls1_1: "TLSv1.1"
    case .tls1_2: "TLSv1.2"
    case .tls1_3: "TLSv1.3"
    }
  }

  /// The newest unbroken run within `versions`; `nil` if the set is empty.
  ///
  /// The library negotiates over a range. A set with a hole (`TLSv1 TLSv1.2 TLSv1.3`) keeps its newer part.
  public static func newestRange(of versions: Set<TLSVersion>) -> ClosedRange<TLSVersion>? {
    guard let newest = versions.max() else { return nil }
    var oldest = newest
    while let next = TLSVersion(rawValue: oldest.rawValue - 1), versions.contains(next) { oldest = next }
    return oldest...newest
  }

  /// The number on the wire.
  var wireValue: UInt16 { 0x0301 + UInt16(rawValue) }

  init?(wireValue: UInt16) {
    guard wireValue >= 0x0301 else { return nil }
    self.init(rawValue: Int(wireValue) - 0x0301)
  }
}
