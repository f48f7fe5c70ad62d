import NIOCore

/// Header or trailer fields in the order received, kept as one block of bytes (RFC 9110 §5).
///
/// Names compare case-insensitively. Values hold no CR, LF or NUL: parsers refuse them, and `append` drops them.
public struct HTTPFields: Sendable {
  @usableFromInline struct Field: Sendable {
    @usableFromInline var nameStart: Int32
    @usableFromInline var nameLength: Int32
    @usableFromInline var valueStart: Int32
    @usableFromInline var valueLength: Int32
  }

  @usableFromInline var bytes: [UInt8] = []
  @usableFromInline var fields: [Field] = []

  public init() {}

  public var count: Int { fields.count }
  public var isEmpty: Bool { fields.isEmpty }
}
