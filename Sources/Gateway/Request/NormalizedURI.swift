/// A request target's path in the form that locations are chosen by: decoded, dot segments and empty segments resolved.
struct NormalizedURI: Equatable {
  /// `$uri`.
  var path: [UInt8]
  /// `$args`; empty where there is no query.
  var arguments: [UInt8]
  /// Something in it was percent-encoded: captures are escaped again where they go into arguments or redirects.
  var wasQuoted: Bool
  var hasPlus: Bool

  /// Whether the target is its own normal form, without arguments: most are.
  static func isPlain(_ target: [UInt8]) -> Bool {
    guard target.first == UInt8(ascii: "/") else { return false }
    var isAfterSlash = false
    for byte in target {
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "+"): return false
      case UInt8(ascii: "/"), UInt8(ascii: "."):
        if isAfterSlash { return false }
        isAfterSlash = byte == UInt8(ascii: "/")
      default: isAfterSlash = false
      }
    }
    return true
  }

  /// `nil` where the target is no path: it leaves the root, has a broken escape, an encoded NUL or a fragment, which others
  /// might cut off and this gateway not, or the other way round (RFC 3986 §5.2.4, §2.1; RFC 9112 §3.2).
  init?(target: some Collection<UInt8>, mergeSlashes: Bool) {
    var scanner = PathScanner(mergeSlashes: mergeSlashes, capacity: target.count)
    var index = target.startIndex
    var queryStart = target.endIndex
    scan: while index != target.endIndex {
      let byte = target[index]
      index = target.index(after: index)
      switch scanner.take(byte) {
      case .more: continue
      case .query:
        queryStart = index
        break scan
      case .invalid: return nil
      }
    }
    guard scanner.finish() else { return nil }
    path = scanner.path
    wasQuoted = scanner.wasQuoted
    hasPlus = scanner.hasPlus
    arguments = Array(target[queryStart...])
    if arguments.contains(UInt8(ascii: "#")) { return nil }
  }
}

private struct PathScanner {
  enum Progress { case more, query, invalid }
  private enum State { case usual, slash, dot, dotDot }

  let mergeSlashes: Bool
  private(set) var path: [UInt8] = []
  private(set) var wasQuoted = false
  private(set) var hasPlus = false
  private var state = State.usual
  /// The high digit of an escape that has begun; `.some(nil)` right after the `%`.
  private var escape: UInt8??

  init(mergeSlashes: Bool, capacity: Int) {
    self.mergeSlashes = mergeSlashes
    path.reserveCapacity(capacity + 1)
  }

  mutating func take(_ byte: UInt8) -> Progress {
    guard let pending = escape else {
      if byte == UInt8(ascii: "%") {
        escape = .some(nil)
        wasQuoted = true
        return .more
      }
      return plain(byte)
    }
    guard let value = hexValue(byte) else { return .invalid }
    guard let high = pending else {
      escape = .some(value)
      return .more
    }
    escape = nil
    return decoded(high << 4 | value)
  }

  /// A decoded `%`, `#` or `?` is data; every other decoded byte means what it means undecoded.
  private mutating func decoded(_ byte: UInt8) -> Progress {
    switch byte {
    case 0: return .invalid
    case UInt8(ascii: "%"), UInt8(ascii: "#"), UInt8(ascii: "?"):
      state = .usual
      path.append(byte)
      return .more
    default: return plain(byte)
    }
  }

  private mutating func plain(_ byte: UInt8) -> Progress {
    switch byte {
    case UInt8(ascii: "/"): return slash()
    case UInt8(ascii: "?"): return close() ? .query : .invalid
    case UInt8(ascii: "#"): return .invalid
    case UInt8(ascii: "."): dot()
    default:
      if byte == UInt8(ascii: "+") { hasPlus = true }
      state = .usual
      path.append(byte)
    }
    return .more
  }

  private mutating func dot() {
    path.append(UInt8(ascii: "."))
    switch state {
    case .slash: state = .dot
    case .dot: state = .dotDot
    case .usual, .dotDot: state = .usual
    }
  }

  private mutating func slash() -> Progress {
    switch state {
    case .usual:
      path.append(UInt8(ascii: "/"))
      state = .slash
    case .slash:
      if !mergeSlashes { path.append(UInt8(ascii: "/")) }
    case .dot, .dotDot:
      guard close() else { return .invalid }
      state = .slash
    }
    return .more
  }

  /// Resolves a dot segment at the end of what has been read.
  private mutating func close() -> Bool {
    switch state {
    case .usual, .slash: return true
    case .dot:
      path.removeLast()
      state = .slash
      return true
    case .dotDot:
      path.removeLast(3)
      state = .slash
      guard let parent = path.lastIndex(of: UInt8(ascii: "/")) else { return false }
      path.removeSubrange((parent + 1)...)
      return true
    }
  }

  mutating func finish() -> Bool { escape == nil && close() }
}
