/// A fixed set of field names, matched without regard to case and without allocating.
struct FieldNameSet: Sendable {
  /// Lower-case names by their length.
  private var byLength: [[[UInt8]]] = []

  init(_ names: some Sequence<String> = []) {
    for name in names { insert(Array(name.utf8)) }
  }

  mutating func insert(_ name: [UInt8]) {
    let lower = name.map(lowerCased)
    while byLength.count <= lower.count { byLength.append([]) }
    if !byLength[lower.count].contains(lower) { byLength[lower.count].append(lower) }
  }

  mutating func remove(_ name: [UInt8]) {
    guard name.count < byLength.count else { return }
    byLength[name.count].removeAll { $0 == name.map(lowerCased) }
  }

  func contains(_ name: UnsafeRawBufferPointer) -> Bool {
    guard name.count < byLength.count else { return false }
    for candidate in byLength[name.count] where matches(candidate, name) { return true }
    return false
  }

  private func matches(_ lower: [UInt8], _ name: UnsafeRawBufferPointer) -> Bool {
    for index in 0..<lower.count where lowerCased(name[index]) != lower[index] { return false }
    return true
  }
}
