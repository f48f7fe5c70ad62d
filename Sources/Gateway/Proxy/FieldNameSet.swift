/// A fixed set of field names, matched without regard to case and without allocating.
struct FieldNameSet: Sendable {
  /// What counts as the same name.
  enum Spelling: Sendable {
    case anyCase
    /// As backends fold names into variables: see `IdentityHeader.folded`.
    case folded
  }

  private let spelling: Spelling
  /// Names in their normal spelling, by their length.
  private var byLength: [[[UInt8]]] = []

  init(_ names: some Sequence<String> = [], spelling: Spelling = .anyCase) {
    self.spelling = spelling
    for name in names { insert(Array(name.utf8)) }
  }

  mutating func insert(_ name: [UInt8]) {
    let normal = name.map(normalized)
    while byLength.count <= normal.count { byLength.append([]) }
    if !byLength[normal.count].contains(normal) { byLength[normal.count].append(normal) }
  }

  mutating func remove(_ name: [UInt8]) {
    guard name.count < byLength.count else { return }
    let normal = name.map(normalized)
    byLength[name.count].removeAll { $0 == normal }
  }

  mutating func formUnion(_ other: FieldNameSet) {
    for name in other.byLength.joined() { insert(name) }
  }

  func contains(_ name: UnsafeRawBufferPointer) -> Bool {
    guard name.count < byLength.count else { return false }
    for candidate in byLength[name.count] where matches(candidate, name) { return true }
    return false
  }

  private func matches(_ normal: [UInt8], _ name: UnsafeRawBufferPointer) -> Bool {
    for index in 0..<normal.count where normalized(name[index]) != normal[index] { return false }
    return true
  }

  @inline(__always)
  private func normalized(_ byte: UInt8) -> UInt8 {
    switch spelling {
    case .anyCase: lowerCased(byte)
    case .folded: IdentityHeader.folded(byte)
    }
  }
}
