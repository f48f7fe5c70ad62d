/// What a field's name or value can be made from: an array, text, a literal, raw bytes.
public protocol HTTPFieldBytes {
  /// Lends the bytes for the length of the call.
  func withFieldBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
}

extension Array: HTTPFieldBytes where Element == UInt8 {
  @inlinable public func withFieldBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withUnsafeBytes(body)
  }
}

extension ArraySlice: HTTPFieldBytes where Element == UInt8 {
  @inlinable public func withFieldBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withUnsafeBytes(body)
  }
}

extension UnsafeRawBufferPointer: HTTPFieldBytes {
  @inlinable public func withFieldBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(self)
  }
}

extension String: HTTPFieldBytes {
  @inlinable public func withFieldBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    var text = self
    return try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
  }
}

extension StaticString: HTTPFieldBytes {
  /// The literal's bytes, which live for ever.
  @inlinable var fieldBytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
  }

  @inlinable public func withFieldBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(fieldBytes)
  }
}

/// A decimal number as a field's value, written without an allocation.
public struct HTTPDecimal: HTTPFieldBytes, Sendable {
  public var number: Int

  /// - Parameter number: not negative.
  public init(_ number: Int) { self.number = number }

  @inlinable public func withFieldBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { scratch in
      var rest = UInt(bitPattern: number)
      var start = 20
      repeat {
        start -= 1
        scratch[start] = UInt8(truncatingIfNeeded: 48 + rest % 10)
        rest /= 10
      } while rest > 0
      return try body(UnsafeRawBufferPointer(rebasing: scratch[start..<20]))
    }
  }
}
