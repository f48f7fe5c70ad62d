import Glibc

/// The locations of one level, found as nginx finds them: exact, longest prefix, then regular expressions in order.
struct LocationTree: Sendable {
  private struct Prefix: Sendable {
    let name: [UInt8]
    let location: LocationRuntime
    /// The longest other prefix that this one begins with.
    var parent: Int?
  }

  enum StaticMatch {
    case exact(LocationRuntime)
    case prefix(LocationRuntime)
    /// The URI lacks the final slash of this location, whose handler wants it.
    case redirect(LocationRuntime)
  }

  /// Sorted by length, then by name.
  private var exact: [(name: [UInt8], location: LocationRuntime)] = []
  /// Sorted by name.
  private var prefixes: [Prefix] = []
  let patterns: [(pattern: CompiledPattern, location: LocationRuntime)]
  private var redirects: [[UInt8]: LocationRuntime] = [:]

  init(_ locations: [LocationRuntime]) {
    var patterns: [(pattern: CompiledPattern, location: LocationRuntime)] = []
    for location in locations {
      switch location.match {
      case .exact(let name): exact.append((name, location))
      case .prefix(let name, _): prefixes.append(Prefix(name: name, location: location))
      case .pattern(let pattern): patterns.append((pattern, location))
      case .server, .named: continue
      }
      if let name = location.redirectName { redirects[name.dropLast()] = location }
    }
    self.patterns = patterns
    exact.sort { Self.order($0.name, $1.name) < 0 }
    linkPrefixes()
  }

  var isEmpty: Bool { exact.isEmpty && prefixes.isEmpty && patterns.isEmpty }

  private mutating func linkPrefixes() {
    prefixes.sort { $0.name.lexicographicallyPrecedes($1.name) }
    for index in prefixes.indices where index > 0 {
      var candidate: Int? = index - 1
      while let other = candidate, !prefixes[index].name.starts(with: prefixes[other].name) {
        candidate = prefixes[other].parent
      }
      prefixes[index].parent = candidate
    }
  }

  func staticMatch(_ uri: [UInt8]) -> StaticMatch? {
    if let location = exactMatch(uri) { return .exact(location) }
    let prefix = longestPrefix(of: uri)
    if !redirects.isEmpty, let location = redirects[uri], prefix?.name.count != uri.count { return .redirect(location) }
    return prefix.map { .prefix($0.location) }
  }

  private func exactMatch(_ uri: [UInt8]) -> LocationRuntime? {
    var low = 0
    var high = exact.count
    while low < high {
      let middle = (low + high) / 2
      let order = Self.order(uri, exact[middle].name)
      if order == 0 { return exact[middle].location }
      if order < 0 { high = middle } else { low = middle + 1 }
    }
    return nil
  }

  /// Below, at or above 0, as `memcmp`: the shorter name comes first.
  private static func order(_ a: [UInt8], _ b: [UInt8]) -> Int {
    guard a.count == b.count else { return a.count - b.count }
    return a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in
        guard let start = a.baseAddress, let other = b.baseAddress else { return 0 }
        return Int(memcmp(start, other, a.count))
      }
    }
  }

  private func longestPrefix(of uri: [UInt8]) -> Prefix? {
    var low = 0
    var high = prefixes.count
    while low < high {
      let middle = (low + high) / 2
      if uri.lexicographicallyPrecedes(prefixes[middle].name) { high = middle } else { low = middle + 1 }
    }
    var candidate: Int? = low - 1
    while let index = candidate, index >= 0 {
      if uri.starts(with: prefixes[index].name) { return prefixes[index] }
      candidate = prefixes[index].parent
    }
    return nil
  }
}

extension [[UInt8]: LocationRuntime] {
  fileprivate subscript(name: ArraySlice<UInt8>) -> LocationRuntime? {
    get { self[Array(name)] }
    set { self[Array(name)] = newValue }
  }
}
