/// A number of bytes, as `8k` or `10m` in the configuration.
public struct ByteCount: Hashable, Sendable, Comparable, ExpressibleByIntegerLiteral {
  public var bytes: Int

  public init(_ bytes: Int) { self.bytes = bytes }
  public init(integerLiteral value: Int) { bytes = value }
  public static func kibibytes(_ n: Int) -> ByteCount { ByteCount(n << 10) }
  public static func mebibytes(_ n: Int) -> ByteCount { ByteCount(n << 20) }
  public static func < (a: ByteCount, b: ByteCount) -> Bool { a.bytes < b.bytes }
}

/// `number size`, as `large_client_header_buffers 4 8k`.
public struct BufferShape: Hashable, Sendable {
  public var count: Int
  public var size: ByteCount

  public init(count: Int, size: ByteCount) {
    self.count = count
    self.size = size
  }
}
