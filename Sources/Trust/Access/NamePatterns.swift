import PKI

/// `name`, `*.name` with exactly one label in the star's place, or `.name` for the name and everything below it.
struct DNSPattern: Hashable, Sendable {
  private enum Form: Hashable { case exact, oneLabel, below }
  private let form: Form
  /// Lower case, from the left.
  private let labels: [[UInt8]]

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

  private static func labels(_ name: String) -> [[UInt8]] {
    NameSyntax.lowered(name).split(separator: UInt8(ascii: ".")).map(Array.init)
  }
}

/// A URI compared octet by octet, or with `/*` at its end everything below.
struct URIPattern: Hashable, Sendable {
  private let text: ExactText
  private let isPrefix: Bool

  init?(_ text: String) {
    isPrefix = text.hasSuffix("/*")
    let uri = isPrefix ? String(text.dropLast()) : text
    // A star right behind the authority is a path's; before that it would let a name grow.
    guard NameSyntax.isURI(uri), !uri.contains("*") else { return nil }
    if isPrefix, uri.hasSuffix("://") { return nil }
    self.text = ExactText(uri)
  }

  func matches(_ presented: String) -> Bool {
    let uri = ExactText(presented)
    guard isPrefix else { return uri == text }
    return uri.hasPrefix(text) && uri.octets.count > text.octets.count && !Self.climbs(uri)
  }

  /// A dot segment, written out or encoded, could lead elsewhere.
  private static func climbs(_ uri: ExactText) -> Bool {
    uri.loweredASCII.octets.split { "/?#".utf8.contains($0) }.contains { segment in
      let plain = String(decoding: segment, as: UTF8.self).replacing("%2e", with: ".")
      return plain == "." || plain == ".."
    }
  }
}

/// A mailbox, or `@host` for all of a host.
struct MailboxPattern: Hashable, Sendable {
  /// `nil`: any.
  private let local: ExactText?
  private let host: ExactText

  init?(_ text: String) {
    if text.hasPrefix("@") {
      guard NameSyntax.isDNSName(String(text.dropFirst())) else { return nil }
      local = nil
      host = ExactText(text.dropFirst()).loweredASCII
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
