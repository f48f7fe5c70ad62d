/// Finds repetitions of repetitions in a regular expression, as `(a+)+` or `(.*/)*`.
///
/// A subject that almost matches such an expression can be divided in exponentially many ways, which are all tried before the
/// limit ends the match. Atomic groups and possessive quantifiers are tried in one way only.
public struct NestedRepetition: Hashable, Sendable {
  /// The group with its quantifier.
  public let text: String

  /// `nil` where there is none. Reads no more of the syntax than it needs: what it takes for one may be harmless.
  public init?(in pattern: String) {
    var reader = Reader(bytes: Array(pattern.utf8))
    guard let range = reader.firstNested() else { return nil }
    text = String(decoding: reader.bytes[range], as: UTF8.self)
  }

  private struct Group {
    var start: Int
    var isAtomic: Bool
    var repeats = false
  }

  private struct Reader {
    let bytes: [UInt8]
    private var index = 0
    private var open: [Group] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func firstNested() -> Range<Int>? {
      while index < bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "\\"): skipEscape()
        case UInt8(ascii: "["): skipClass()
        case UInt8(ascii: "("): openGroup()
        case UInt8(ascii: ")"): if let found = closeGroup() { return found }
        default:
          index += 1
          if repeats() { noteRepetition() }
        }
      }
      return nil
    }

    private mutating func openGroup() {
      let rest = bytes[(index + 1)...]
      open.append(Group(start: index, isAtomic: rest.starts(with: "?>".utf8)))
      index += 1
      // What follows the `?` is the group's kind, no quantifier.
      if index < bytes.count, bytes[index] == UInt8(ascii: "?") || bytes[index] == UInt8(ascii: "*") { index += 1 }
    }

    private mutating func closeGroup() -> Range<Int>? {
      index += 1
      guard let group = open.popLast() else { return nil }
      let isRepeated = repeats()
      if isRepeated, group.repeats, !group.isAtomic { return group.start..<index }
      if isRepeated || (group.repeats && !group.isAtomic) { noteRepetition() }
      return nil
    }

    private mutating func noteRepetition() {
      guard let last = open.indices.last else { return }
      open[last].repeats = true
    }

    private mutating func skipEscape() {
      let isQuoting = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "Q")
      index += 2
      while isQuoting, index < bytes.count, !bytes[index...].starts(with: "\\E".utf8) { index += 1 }
      if isQuoting { index += 2 }
      if repeats() { noteRepetition() }
    }

    private mutating func skipClass() {
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "^") { index += 1 }
      // A bracket in the first place stands for itself.
      if index < bytes.count, bytes[index] == UInt8(ascii: "]") { index += 1 }
      while index < bytes.count, bytes[index] != UInt8(ascii: "]") {
        if bytes[index] == UInt8(ascii: "\\") {
          index += 2
        } else if bytes[index...].starts(with: "[:".utf8), let end = endOfPOSIXName() {
          index = end
        } else {
          index += 1
        }
      }
      index += 1
      if repeats() { noteRepetition() }
    }

    private func endOfPOSIXName() -> Int? {
      var end = index + 2
      while end + 1 < bytes.count {
        if bytes[end] == UInt8(ascii: ":"), bytes[end + 1] == UInt8(ascii: "]") { return end + 2 }
        if bytes[end] == UInt8(ascii: "]") { return nil }
        end += 1
      }
      return nil
    }

    /// Reads a quantifier; whether it has no upper bound and gives back what it took.
    private mutating func repeats() -> Bool {
      guard index < bytes.count else { return false }
      let isUnbounded: Bool
      switch bytes[index] {
      case UInt8(ascii: "*"), UInt8(ascii: "+"):
        isUnbounded = true
        index += 1
      case UInt8(ascii: "?"):
        isUnbounded = false
        index += 1
      case UInt8(ascii: "{"):
        guard let end = endOfCount() else { return false }
        isUnbounded = bytes[end - 2] == UInt8(ascii: ",")
        index = end
      default: return false
      }
      guard index < bytes.count else { return isUnbounded }
      let isPossessive = bytes[index] == UInt8(ascii: "+")
      if isPossessive || bytes[index] == UInt8(ascii: "?") { index += 1 }
      return isUnbounded && !isPossessive
    }

    /// `{2}`, `{2,}`, `{2,5}`; anything else in braces is text.
    private func endOfCount() -> Int? {
      var end = index + 1
      while end < bytes.count, (0x30...0x39).contains(bytes[end]) || bytes[end] == UInt8(ascii: ",") { end += 1 }
      guard end > index + 1, end < bytes.count, bytes[end] == UInt8(ascii: "}") else { return nil }
      return end + 1
    }
  }
}
