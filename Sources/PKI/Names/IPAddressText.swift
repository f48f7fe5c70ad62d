/// IP addresses between octets and text.
public enum IPAddressText {
  /// Dotted quads; IPv6 as RFC 5952 writes it; address/mask for 8 and 32 octets; hexadecimal for other lengths.
  public static func text(_ octets: [UInt8]) -> String {
    switch octets.count {
    case 4: octets.map(String.init).joined(separator: ".")
    case 16: version6(octets)
    case 8, 32: text(Array(octets.prefix(octets.count / 2))) + "/" + text(Array(octets.suffix(octets.count / 2)))
    default: Hexadecimal.upper(octets)
    }
  }

  private static func version6(_ octets: [UInt8]) -> String {
    let groups = stride(from: 0, to: 16, by: 2).map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) }
    guard let gap = longestZeros(groups) else { return hexadecimal(groups[...]) }
    return hexadecimal(groups[..<gap.lowerBound]) + "::" + hexadecimal(groups[gap.upperBound...])
  }

  private static func hexadecimal(_ groups: ArraySlice<UInt16>) -> String {
    groups.map { String($0, radix: 16) }.joined(separator: ":")
  }

  /// The first of the longest runs of two or more zero groups.
  private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
    var best: Range<Int>?
    var start = 0
    while start < groups.count {
      let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
      if end - start >= 2, end - start > best?.count ?? 0 { best = start..<end }
      start = max(end, start) + 1
    }
    return best
  }

  /// 4 or 16 octets; nil when the text is no address.
  public static func octets(_ text: some StringProtocol) -> [UInt8]? {
    text.contains(":") ? version6(String(text)) : version4(text)
  }

  private static func version4(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let octets = parts.compactMap { part -> UInt8? in
      guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), part.count == 1 || part.first != "0" else {
        return nil
      }
      return UInt8(part)
    }
    return parts.count == 4 && octets.count == 4 ? octets : nil
  }

  private static func version6(_ text: String) -> [UInt8]? {
    let halves = halves(text)
    guard halves.count <= 2, let head = groups(halves[0]) else { return nil }
    guard halves.count == 2 else { return head.count == 16 ? head : nil }
    guard let tail = groups(halves[1]), head.count + tail.count <= 14 else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  /// The text around each `::`.
  private static func halves(_ text: String) -> [Substring] {
    var result: [Substring] = []
    var start = text.startIndex
    var index = start
    while index < text.endIndex {
      if text[index...].hasPrefix("::") {
        result.append(text[start..<index])
        index = text.index(index, offsetBy: 2)
        start = index
      } else {
        index = text.index(after: index)
      }
    }
    return result + [text[start...]]
  }

  /// Octets of groups between colons, the last of which may be a dotted quad.
  private static func groups(_ text: Substring) -> [UInt8]? {
    guard !text.isEmpty else { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var octets: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, part.contains(".") {
        guard let quad = version4(part) else { return nil }
        octets += quad
        continue
      }
      guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0 != 0x2b && $0 != 0x2d }),
        let group = UInt16(part, radix: 16)
      else { return nil }
      octets += [UInt8(group >> 8), UInt8(group & 0xff)]
    }
    return octets
  }
}
