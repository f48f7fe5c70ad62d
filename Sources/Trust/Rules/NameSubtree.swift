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

  /// - Parameter excluding: what one name stands for may be several: a wildcard's hosts, an IPv4 address inside of an
  ///   IPv6 one. To be excluded one of them is enough, to be permitted it takes all.
  static func relation(of name: ConstrainedName, to base: ConstrainedName, excluding: Bool) -> Relation {
    switch (name, base) {
    case (.dns(let name, _), .dns(let base, let isPlain)):
      isPlain ? dns(name, base, excluding: excluding) : .unsupported
    case (.mailbox(let name), .mailbox(let base)): name == base ? .within : .outside
    case (.mailbox(let name), .mailHost(let base)): host(name.host.octets, base)
    case (.uriHost(let name), .uriHost(let base)): host(name, base)
    case (.ip(let address), .ip(let base)): ip(address, base, excluding: excluding)
    case (.directory(let name), .directory(let base)): base.isPrefix(of: name) ? .within : .outside
    case (.other(let type), .other(let base)): type == base ? .unsupported : .otherForm
    case (.x400, .x400), (.ediParty, .ediParty), (.registeredID, .registeredID): .unsupported
    case (.obscure(.email), .mailbox), (.obscure(.email), .mailHost), (.mailbox, .obscure(.email)): .unsupported
    case (.obscure(.uri), .uriHost), (.uriHost, .obscure(.uri)): .unsupported
    case (.obscure(let name), .obscure(let base)): name == base ? .unsupported : .otherForm
    // A mailbox in SmtpUTF8Mailbox is one too, so that a constraint on that form is about it.
    case (.mailbox, .other(.smtpUTF8Mailbox)), (.obscure(.email), .other(.smtpUTF8Mailbox)): .unsupported
    default: .otherForm
    }
  }

  /// `host.example` holds itself and everything below; `.host.example`, which the RFC does not know and OpenSSL's users
  /// write, only what is below.
  private static func dns(_ name: [UInt8], _ base: [UInt8], excluding: Bool) -> Relation {
    guard name.starts(with: "*.".utf8) else { return isBelow(name[...], base[...], orEqual: true) ? .within : .outside }
    let parent = name.dropFirst(2)
    if isBelow(parent, base[...], orEqual: true) { return .within }
    if base.first == dot, parent.elementsEqual(base.dropFirst()) { return .within }
    // The wildcard also stands for the one name one label below its parent that the subtree begins with.
    let isOneBelow = base.firstIndex(of: dot).map { $0 > 0 && base[($0 + 1)...].elementsEqual(parent) } ?? false
    return excluding && isOneBelow ? .within : .outside
  }

  private static let dot = UInt8(ascii: ".")

  private static func isBelow(_ name: ArraySlice<UInt8>, _ base: ArraySlice<UInt8>, orEqual: Bool) -> Bool {
    if base.isEmpty { return true }
    guard name.count >= base.count, name.suffix(base.count).elementsEqual(base) else { return false }
    if base.first == dot { return name.count > base.count }
    if name.count == base.count { return orEqual }
    return name[name.endIndex - base.count - 1] == dot
  }

  /// A host, the hosts of a `.domain`, or with nothing said all.
  private static func host(_ name: [UInt8], _ base: [UInt8]) -> Relation {
    if base.isEmpty { return .within }
    if base.first == dot { return isBelow(name[...], base[...], orEqual: false) ? .within : .outside }
    return name == base ? .within : .outside
  }

  private static func ip(_ address: [UInt8], _ base: [UInt8], excluding: Bool) -> Relation {
    let network = base.prefix(base.count / 2)
    let mask = base.suffix(base.count / 2)
    guard isContiguous(mask) else { return .unsupported }
    let forms = excluding ? [address] + otherFamily(address) : [address]
    let isWithin = forms.contains { form in
      form.count == network.count && zip(form, zip(network, mask)).allSatisfy { $0 & $1.1 == $1.0 & $1.1 }
    }
    return isWithin ? .within : .outside
  }

  private static let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]

  /// The same address as IPv4-mapped IPv6 address, or the IPv4 address in one (RFC 4291 §2.5.5.2).
  private static func otherFamily(_ address: [UInt8]) -> [[UInt8]] {
    if address.count == 4 { return [mapped + address] }
    return address.starts(with: mapped) ? [Array(address.suffix(4))] : []
  }

  /// Ones, then zeros (RFC 4632 §3.1).
  static func isContiguous(_ mask: ArraySlice<UInt8>) -> Bool {
    var rest = mask.drop { $0 == 0xff }
    if let edge = rest.first {
      guard (~edge &+ 1) & ~edge == 0 else { return false }
      rest = rest.dropFirst()
    }
    return rest.allSatisfy { $0 == 0 }
  }
}
