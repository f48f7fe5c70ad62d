import CNIOBoringSSL

/// A passphrase or a key's encoding. The memory it lies in is overwritten before it is given back.
///
/// Unchecked: the bytes never change between `init` and `deinit`.
public final class SecretBytes: @unchecked Sendable {
  private let memory: UnsafeMutableRawBufferPointer

  public init(_ bytes: some Collection<UInt8>) {
    memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    memory.copyBytes(from: bytes)
  }

  /// Takes the bytes over: what they were is overwritten.
  public convenience init(wiping bytes: inout [UInt8]) {
    self.init(bytes)
    bytes.wipe()
  }

  deinit {
    Self.overwrite(memory)
    memory.deallocate()
  }

  /// In a way that no optimizer removes.
  static func overwrite(_ memory: UnsafeMutableRawBufferPointer) { OPENSSL_cleanse(memory.baseAddress, memory.count) }

  public var count: Int { memory.count }
  public var isEmpty: Bool { memory.isEmpty }

  /// Lends the bytes, which must not be kept.
  public func withBytes<R, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> R) throws(Failure) -> R {
    try body(UnsafeRawBufferPointer(memory))
  }

  /// Lends the bytes as an array, which must not be kept; it is overwritten afterwards.
  package func withArray<R, Failure: Error>(_ body: ([UInt8]) throws(Failure) -> R) throws(Failure) -> R {
    var copy = Array(memory)
    defer { copy.wipe() }
    return try body(copy)
  }
}

extension SecretBytes: Equatable {
  /// In a time that depends on the lengths only.
  public static func == (one: SecretBytes, other: SecretBytes) -> Bool {
    one.count == other.count && CRYPTO_memcmp(one.memory.baseAddress, other.memory.baseAddress, one.count) == 0
  }
}

extension SecretBytes: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
  public convenience init(stringLiteral text: StaticString) {
    self.init(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  public convenience init(arrayLiteral elements: UInt8...) { self.init(elements) }
}

/// Nothing that prints a value shows the bytes.
extension SecretBytes: CustomStringConvertible, CustomReflectable {
  public var description: String { "(secret)" }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension [UInt8] {
  /// Overwrites what is in the array and empties it. Holds for the memory of this array
  /// alone: where another array shares it, that one keeps its bytes.
  package mutating func wipe() {
    withUnsafeMutableBytes(SecretBytes.overwrite)
    removeAll()
  }
}
