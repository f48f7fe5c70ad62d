import PKI

/// Whether a name lies in a subtree (RFC 5280 §4.2.1.10).
enum NameSubtree {
  enum Relation {
    /// The subtree is about another form of name.
    case otherForm
    case within
    case outside
    /// The name or the subtree cannot be understood.
    case unsupported
  }

  /// - Parameter excluding: for wildcards: whether any name it stands for counts, or only all of them.
  static func relation(of name: GeneralName, to subtree: GeneralName, excluding: Bool) -> Relation {
    switch (name, subtree) {
    case (.dns(let name), .dns(let base)): dns(name, base, excluding: excluding)
    case (.email(let name), .email(let base)): email(name, base)
    case (.uri(let name), .uri(let base)): uri(name, base)
    case (.ip(let address), .ip(let base)): address.count * 2 == base.count ? ip(address, base) : .outside
    case (.directory(let name), .directory(let base)): base.contains(name) ? .within : .outside
    case (.other(let type, _), .other(let base, _)): type == base ? .unsupported : .otherForm
    case (.x400, .x400), (.ediParty, .ediParty), (.registeredID, .registeredID): .unsupported
    default: .otherForm
    }
  }

  /// `host.example` holds itself and everything below; `.host.example`, which the RFC does not know and OpenSSL's users
  /// write, only what is below.
  private static func dns(_ name: String, _ base: String, excluding: Bool) -> Relation {
    guard base.isEmpty || NameSyntax.isDNSName(base.first == "." ? String(base.dropFirst()) : base) else {
      return .unsupported
    }
    let name = lowered(name)
    let base = lowered(base)
    guard name.starts(with: "*.".utf8) else { return isBelow(name[...], base[...], orEqual: true) ? .within : .outside }
    let parent = name.dropFirst(2)
    if base.first != dot, parent.elementsEqual(base) { return .within }
    if isBelow(parent, base[...], orEqual: true) { return .within }
    if base.first == dot, parent.elementsEqual(base.dropFirst()) { return .within }
    // The wildcard also stands for the one name one label below its parent that the subtree begins with.
    let isOneBelow = base.firstIndex(of: dot).map { $0 > 0 && base[($0 + 1)...].elementsEqual(parent) } ?? false
    return excluding && isOneBelow ? .within : .outside
  }

  private static let dot = UInt8(ascii: ".")

  /// Lower case, without the root's dot.
  private static func lowered(_ text: String) -> [UInt8] {
    var bytes = text.utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    if bytes.count > 1, bytes.last == dot { bytes.removeLast() }
    return bytes
  }

  private static func isBelow(_ name: ArraySlice<UInt8>, _ base: ArraySlice<UInt8>, orEqual: Bool) -> Bool {
    if base.isEmpty { return true }
    guard name.count >= base.count, name.suffix(base.count).elementsEqual(base) else { return false }
    if base.first == dot { return name.count > base.count }
    if name.count == base.count { return orEqual }
    return name[name.endIndex - base.count - 1] == dot
  }

  /// A mailbox, all mailboxes of a host, or of the hosts of a `.domain`.
  private static func email(_ name: String, _ base: String) -> Relation {
    guard let mailbox = Mailbox(name) else { return .unsupported }
    if base.utf8.contains(UInt8(ascii: "@")) {
      guard let wanted = Mailbox(base) else { return .unsupported }
      return mailbox == wanted ? .within : .outside
    }
    return host(mailbox.host, base)
  }

  /// The host of the URI; a URI without a host, or with an address for one, cannot be judged (RFC 5280 §4.2.1.10).
  private static func uri(_ name: String, _ base: String) -> Relation {
    guard let found = URIAuthority.host(name), NameSyntax.isDNSName(found), IPAddressText.octets(found) == nil else {
      return .unsupported
    }
    return host(found, base)
  }

  private static func host(_ name: String, _ base: String) -> Relation {
    let name = lowered(name)
    let base = lowered(base)
    if base.isEmpty { return .within }
    if base.first == dot { return isBelow(name[...], base[...], orEqual: false) ? .within : .outside }
    return name == base ? .within : .outside
  }

  private static func ip(_ address: [UInt8], _ base: [UInt8]) -> Relation {
    let network = base.prefix(address.count)
    let mask = base.suffix(address.count)
    guard isContiguous(mask) else { return .unsupported }
    let isWithin = zip(address, zip(network, mask)).allSatisfy { $0 & $1.1 == $1.0 & $1.1 }
    return isWithin ? .within : .outside
  }

  /// Ones, then zeros (RFC 4632 §3.1).
  private static func isContiguous(_ mask: ArraySlice<UInt8>) -> Bool {
    var rest = mask.drop { $0 == 0xff }
    if let edge = rest.first {
      guard (~edge &+ 1) & ~edge == 0 else { return false }
      rest = rest.dropFirst()
    }
    return rest.allSatisfy { $0 == 0 }
  }
}
