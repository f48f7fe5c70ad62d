/// Header or trailer fields in the order received, kept as one block of bytes (RFC 9110 §5).
///
/// Names compare case-insensitively. Values hold no CR, LF or NUL: parsers refuse them, and `append` drops them.
public struct HTTPFields: Sendable {
  @usableFromInline struct Field: Sendable {
    @usableFromInline var nameStart: Int32
    @usableFromInline var nameLength: Int32
    @usableFromInline var valueStart: Int32
    @usableFromInline var valueLength: Int32

    @inlinable init(nameStart: Int, nameLength: Int, valueStart: Int, valueLength: Int) {
      self.nameStart = Int32(truncatingIfNeeded: nameStart)
      self.nameLength = Int32(truncatingIfNeeded: nameLength)
      self.valueStart = Int32(truncatingIfNeeded: valueStart)
      self.valueLength = Int32(truncatingIfNeeded: valueLength)
    }
  }

  @usableFromInline var bytes: [UInt8] = []
  @usableFromInline var fields: [Field] = []

  public init() {}

  /// Room for as many bytes and fields, so that appending them allocates nothing more.
  public init(reservingBytes: Int, fields count: Int) {
    bytes.reserveCapacity(reservingBytes)
    fields.reserveCapacity(count)
  }

  public var count: Int { fields.count }
  public var isEmpty: Bool { fields.isEmpty }
}

// MARK: - Reading

extension HTTPFields {
  /// Hands every field to `body`, in order; the bytes live as long as the call.
  @inlinable public func forEach(
    _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    try bytes.withUnsafeBytes { block in
      for field in fields {
        try body(Self.name(of: field, in: block), Self.value(of: field, in: block))
      }
    }
  }

  /// The bytes of the first field of that name, for the length of the call; `nil` where there is none.
  @inlinable public func withFirst<R>(
    _ name: StaticString, _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R? {
    try bytes.withUnsafeBytes { block in
      guard let index = index(of: name.fieldBytes, in: block, from: 0) else { return nil }
      return try body(Self.value(of: fields[index], in: block))
    }
  }

  /// The value of the first field of that name.
  @inlinable public func first(_ name: StaticString) -> [UInt8]? {
    withFirst(name) { Array($0) }
  }

  /// The value of the first field of that name.
  @inlinable @_disfavoredOverload public func first(_ name: some HTTPFieldBytes) -> [UInt8]? {
    name.withFieldBytes { wanted in
      bytes.withUnsafeBytes { block in
        index(of: wanted, in: block, from: 0).map { Array(Self.value(of: fields[$0], in: block)) }
      }
    }
  }

  /// The values of all fields of that name, in order.
  @inlinable public func all(_ name: StaticString) -> [[UInt8]] { all(name.fieldBytes) }

  /// The values of all fields of that name, in order.
  @inlinable @_disfavoredOverload public func all(_ name: some HTTPFieldBytes) -> [[UInt8]] {
    var values: [[UInt8]] = []
    name.withFieldBytes { wanted in
      bytes.withUnsafeBytes { block in
        var start = 0
        while let index = index(of: wanted, in: block, from: start) {
          values.append(Array(Self.value(of: fields[index], in: block)))
          start = index + 1
        }
      }
    }
    return values
  }

  @inlinable public func contains(_ name: StaticString) -> Bool {
    bytes.withUnsafeBytes { index(of: name.fieldBytes, in: $0, from: 0) != nil }
  }

  @inlinable @_disfavoredOverload public func contains(_ name: some HTTPFieldBytes) -> Bool {
    name.withFieldBytes { wanted in bytes.withUnsafeBytes { index(of: wanted, in: $0, from: 0) != nil } }
  }

  /// The value of the first field of that name as text, ill-formed UTF-8 repaired; for tests and slow paths.
  public subscript(name: String) -> String? {
    first(name).map { String(decoding: $0, as: UTF8.self) }
  }

  /// How many bytes the fields take in an HTTP/1.1 head, `: ` and CRLF included.
  @inlinable public var encodedLength: Int {
    var length = 0
    for field in fields { length += Int(field.nameLength) + Int(field.valueLength) + 4 }
    return length
  }
}

// MARK: - Changing

extension HTTPFields {
  /// Adds a field after the others. CR, LF and NUL are dropped from name and value.
  @inlinable public mutating func append(name: StaticString, value: some HTTPFieldBytes) {
    append(nameBytes: name.fieldBytes, value: value)
  }

  /// Adds a field after the others. CR, LF and NUL are dropped from name and value.
  @inlinable @_disfavoredOverload public mutating func append(name: some HTTPFieldBytes, value: some HTTPFieldBytes) {
    name.withFieldBytes { append(nameBytes: $0, value: value) }
  }

  /// Replaces all fields of that name by one.
  @inlinable public mutating func set(name: StaticString, value: some HTTPFieldBytes) {
    remove(name)
    append(name: name, value: value)
  }

  /// Replaces all fields of that name by one.
  @inlinable @_disfavoredOverload public mutating func set(name: some HTTPFieldBytes, value: some HTTPFieldBytes) {
    remove(name)
    append(name: name, value: value)
  }

  /// Removes all fields of that name.
  @inlinable public mutating func remove(_ name: StaticString) { remove(nameBytes: name.fieldBytes) }

  /// Removes all fields of that name.
  @inlinable @_disfavoredOverload public mutating func remove(_ name: some HTTPFieldBytes) {
    name.withFieldBytes { remove(nameBytes: $0) }
  }

  /// Removes the fields for which `isUnwanted` says so.
  public mutating func removeAll(
    where isUnwanted: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
  ) {
    bytes.withUnsafeBytes { block in
      fields.removeAll { isUnwanted(Self.name(of: $0, in: block), Self.value(of: $0, in: block)) }
    }
  }

  /// Removes every field; the storage is kept.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
  }
}

// MARK: - Storage

extension HTTPFields {
  @inlinable static func name(of field: Field, in block: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let start = Int(field.nameStart)
    return UnsafeRawBufferPointer(rebasing: block[start..<start + Int(field.nameLength)])
  }

  @inlinable static func value(of field: Field, in block: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let start = Int(field.valueStart)
    return UnsafeRawBufferPointer(rebasing: block[start..<start + Int(field.valueLength)])
  }

  @inlinable func index(
    of name: UnsafeRawBufferPointer, in block: UnsafeRawBufferPointer, from start: Int
  ) -> Int? {
    var index = start
    while index < fields.count {
      let field = fields[index]
      if Int(field.nameLength) == name.count, Self.name(of: field, in: block).equalsIgnoringCase(name) {
        return index
      }
      index += 1
    }
    return nil
  }

  @inlinable mutating func append(nameBytes: UnsafeRawBufferPointer, value: some HTTPFieldBytes) {
    let nameStart = bytes.count
    appendSafe(nameBytes)
    let valueStart = bytes.count
    value.withFieldBytes { appendSafe($0) }
    fields.append(
      Field(
        nameStart: nameStart, nameLength: valueStart - nameStart,
        valueStart: valueStart, valueLength: bytes.count - valueStart))
  }

  /// Appends what can't end a line.
  @inlinable mutating func appendSafe(_ text: UnsafeRawBufferPointer) {
    if text.isSafeFieldText {
      bytes.append(contentsOf: text)
    } else {
      for byte in text where byte != 0 && byte != 10 && byte != 13 { bytes.append(byte) }
    }
  }

  @inlinable mutating func remove(nameBytes: UnsafeRawBufferPointer) {
    guard bytes.withUnsafeBytes({ index(of: nameBytes, in: $0, from: 0) != nil }) else { return }
    removeAll { name, _ in name.equalsIgnoringCase(nameBytes) }
  }
}
