import Cryptography

/// Domains below which anybody may register a name: the registries' part of the public suffix list
/// (https://publicsuffix.org/list/). What companies have added of their own is theirs to certify, as BR §3.2.2.6 has it.
public final class PublicSuffixList: Hashable, Sendable, CustomStringConvertible {
  private let exact: Set<String>
  /// `*.ck` as `ck`: every name one label below is a suffix.
  private let wildcards: Set<String>
  /// `!www.ck`: none although the rule above says so.
  private let exceptions: Set<String>
  private let digest: [UInt8]

  /// Reads `public_suffix_list.dat`: a rule a line up to the first blank, `//` before comments; names of other scripts in
  /// UTF-8. Nil where there is no rule of registries in it.
  public init?(_ bytes: [UInt8]) {
    var exact: Set<String> = []
    var wildcards: Set<String> = []
    var exceptions: Set<String> = []
    for line in Self.registryLines(of: bytes) {
      let rule = line.prefix { $0 != " " && $0 != "\t" && $0 != "\r" }
      if rule.isEmpty || rule.hasPrefix("//") { continue }
      if rule.hasPrefix("*.") {
        wildcards.insert(Self.encoded(rule.dropFirst(2)))
      } else if rule.hasPrefix("!") {
        exceptions.insert(Self.encoded(rule.dropFirst()))
      } else {
        exact.insert(Self.encoded(rule))
      }
    }
    guard !exact.isEmpty else { return nil }
    (self.exact, self.wildcards, self.exceptions) = (exact, wildcards, exceptions)
    digest = Digest.sha256.hash(bytes)
  }

  private static func registryLines(of bytes: [UInt8]) -> [Substring] {
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true)
    guard let begin = lines.firstIndex(where: { $0.hasPrefix("// ===BEGIN ICANN DOMAINS===") }) else { return lines }
    let end = lines.firstIndex { $0.hasPrefix("// ===END ICANN DOMAINS===") } ?? lines.endIndex
    return begin < end ? Array(lines[begin..<end]) : []
  }

  /// Whether `name`, in A-labels and any case, is itself a public suffix. A top-level domain that the list doesn't have is
  /// one, as the list's rules say.
  public func isPublicSuffix(_ name: String) -> Bool {
    let name = String(decoding: NameSyntax.lowered(name), as: UTF8.self)
    if exceptions.contains(name) { return false }
    if exact.contains(name) { return true }
    guard let dot = name.firstIndex(of: ".") else { return true }
    return wildcards.contains(String(name[name.index(after: dot)...]))
  }

  private static func encoded(_ name: Substring) -> String {
    name.lowercased().split(separator: ".").map { Punycode.label(String($0)) }.joined(separator: ".")
  }

  public static func == (a: PublicSuffixList, b: PublicSuffixList) -> Bool { a === b || a.digest == b.digest }
  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

  /// For fingerprints of policies.
  public var description: String { digest.map { "\($0)" }.joined(separator: ".") }
}

/// Labels of other scripts in ASCII (RFC 3492).
enum Punycode {
  /// The A-label of a label in lower case; ASCII stays as it is.
  static func label(_ label: String) -> String {
    if label.utf8.allSatisfy({ $0 < 0x80 }) { return label }
    return "xn--" + encode(label.unicodeScalars.map(\.value))
  }

  private static let base: UInt32 = 36

  /// RFC 3492 §6.3. Labels of the list are short: nothing here can overflow.
  private static func encode(_ input: [UInt32]) -> String {
    var output = input.filter { $0 < 0x80 }.map { UInt8($0) }
    let basic = UInt32(output.count)
    if basic > 0 { output.append(UInt8(ascii: "-")) }
    var (n, delta, bias, handled): (UInt32, UInt32, UInt32, UInt32) = (128, 0, 72, basic)
    while handled < UInt32(input.count), let next = input.filter({ $0 >= n }).min() {
      delta += (next - n) * (handled + 1)
      n = next
      for value in input {
        if value < n { delta += 1 }
        guard value == n else { continue }
        appendInteger(delta, bias, to: &output)
        bias = adapted(delta, count: handled + 1, isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta += 1
      n += 1
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func appendInteger(_ value: UInt32, _ bias: UInt32, to output: inout [UInt8]) {
    var rest = value
    var position = base
    while true {
      let threshold = position <= bias ? 1 : min(26, position - bias)
      guard rest >= threshold else { break }
      output.append(digit(threshold + (rest - threshold) % (base - threshold)))
      rest = (rest - threshold) / (base - threshold)
      position += base
    }
    output.append(digit(rest))
  }

  private static func digit(_ value: UInt32) -> UInt8 { UInt8(value < 26 ? value + 97 : value + 22) }

  /// RFC 3492 §6.1.
  private static func adapted(_ delta: UInt32, count: UInt32, isFirst: Bool) -> UInt32 {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / count
    var divisions: UInt32 = 0
    while delta > 455 {
      delta /= 35
      divisions += base
    }
    return divisions + 36 * delta / (delta + 38)
  }
}
