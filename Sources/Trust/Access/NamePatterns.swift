import PKI

/// `name`, `*.name` with exactly one label in the star's place, or `.name` for the name and everything below it.
struct DNSPattern: Hashable, Sendable {
  private enum Form: Hashable { case exact, oneLabel, below }
  private let form: Form
  /// Lower case, from the left.
  private let labels: [String]

  init?(_ text: String) {
    form = text.hasPrefix("*.") ? .oneLabel : text.hasPrefix(".") ? .below : .exact
    let name = form == .exact ? text : String(text.drop { $0 == "*" }.dropFirst())
    guard NameSyntax.isDNSName(name) else { return nil }
    labels = Self.labels(name)
  }

  func matches(_ presented: String) -> Bool {
    guard NameSyntax.isDNSName(presented, allowsWildcard: true) else { return false }
    let presented = Self.labels(presented)
    switch form {
    case .exact: return presented == labels
    // What a certificate has in the star's place is one name more, not any name.
    case .oneLabel: return presented.count == labels.count + 1 && presented.suffix(labels.count) == labels[...]
    case .below: return presented.count >= labels.count && presented.suffix(labels.count) == labels[...]
    }
  }

  private static func labels(_ name: String) -> [String] {
    name.lowercased().split(separator: ".").map(String.init)
  }
}

/// A URI compared character by character, or with `/*` at its end everything below.
struct URIPattern: Hashable, Sendable {
  private let text: String
  private let isPrefix: Bool

  init?(_ text: String) {
    isPrefix = text.hasSuffix("/*")
    self.text = isPrefix ? String(text.dropLast()) : text
    // A star right behind the authority is a path's; before that it would let a name grow.
    guard NameSyntax.isURI(self.text), !self.text.contains("*") else { return nil }
    if isPrefix, self.text.hasSuffix("://") { return nil }
  }

  func matches(_ presented: String) -> Bool {
    guard isPrefix else { return presented == text }
    return presented.hasPrefix(text) && presented.utf8.count > text.utf8.count && !Self.climbs(presented)
  }

  /// A dot segment, written out or encoded, could lead elsewhere.
  private static func climbs(_ uri: String) -> Bool {
    uri.split(whereSeparator: { "/?#".contains($0) }).contains { segment in
      let plain = segment.lowercased().replacing("%2e", with: ".")
      return plain == "." || plain == ".."
    }
  }
}

/// A mailbox, or `@host` for all of a host.
struct MailboxPattern: Hashable, Sendable {
  /// `nil`: any.
  private let local: String?
  private let host: String

  init?(_ text: String) {
    if text.hasPrefix("@") {
      guard NameSyntax.isDNSName(String(text.dropFirst())) else { return nil }
      local = nil
      host = text.dropFirst().lowercased()
    } else {
      guard let mailbox = Mailbox(text) else { return nil }
      local = mailbox.local
      host = mailbox.host
    }
  }

  func matches(_ presented: String) -> Bool {
    guard let mailbox = Mailbox(presented), mailbox.host == host else { return false }
    return local == nil || mailbox.local == local
  }
}

/// An address, or a network with its length in bits.
struct AddressRange: Hashable, Sendable {
  private let octets: [UInt8]
  private let bits: Int

  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let octets = IPAddressText.octets(parts[0]) else { return nil }
    self.octets = octets
    guard parts.count == 2 else {
      bits = octets.count * 8
      return
    }
    guard let bits = Int(parts[1]), (0...octets.count * 8).contains(bits) else { return nil }
    self.bits = bits
  }

  func contains(_ address: [UInt8]) -> Bool {
    guard address.count == octets.count else { return false }
    return (0..<bits).allSatisfy { bit in (address[bit / 8] ^ octets[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0 }
  }
}
