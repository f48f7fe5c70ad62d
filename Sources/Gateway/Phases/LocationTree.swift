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

  private var exact: [[UInt8]: LocationRuntime] = [:]
  /// Sorted by name.
  private var prefixes: [Prefix] = []
  let patterns: [(pattern: CompiledPattern, location: LocationRuntime)]
  private var redirects: [[UInt8]: LocationRuntime] = [:]

  init(_ locations: [LocationRuntime]) {
    var patterns: [(pattern: CompiledPattern, location: LocationRuntime)] = []
    for location in locations {
      switch location.match {
      case .exact(let name): exact[name] = location
      case .prefix(let name, _): prefixes.append(Prefix(name: name, location: location))
      case .pattern(let pattern): patterns.append((pattern, location))
      case .server, .named: continue
      }
      if let name = location.redirectName { redirects[name.dropLast()] = location }
    }
    self.patterns = patterns
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
    if !exact.isEmpty, let location = exact[uri] { return .exact(location) }
    let prefix = longestPrefix(of: uri)
    if !redirects.isEmpty, let location = redirects[uri], prefix?.name.count != uri.count { return .redirect(location) }
    return prefix.map { .prefix($0.location) }
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
