import HTTPWire

/// The protocols that a request asks its upstream to switch to (RFC 9110 §7.8).
///
/// Once a connection is a tunnel nobody looks at what passes through it. It becomes one only for a protocol that the client
/// asked for, the configuration hands on and `proxy_upgrade_protocols` names.
struct UpgradeOffer: Equatable {
  private let protocols: [[UInt8]]

  static let none = UpgradeOffer(protocols: [])

  private init(protocols: [[UInt8]]) { self.protocols = protocols }

  /// - Parameters:
  ///   - value: what `proxy_set_header Upgrade` came to.
  ///   - allowed: names in lower case.
  init(_ value: [UInt8], from client: HTTPRequestHead, allowed: [String]) {
    let asked = client.version == .http1_1 ? Self.members(of: client.fields) : []
    protocols = Self.members(of: value).filter { name in
      let lower = name.map(lowerCased)
      return asked.contains { $0.map(lowerCased) == lower } && allowed.contains { $0.utf8.elementsEqual(lower) }
    }
  }

  var isEmpty: Bool { protocols.isEmpty }

  /// The value of `Upgrade`.
  var text: [UInt8] { Array(protocols.joined(separator: Array(", ".utf8))) }

  /// Whether a 101 names what was offered, and nothing else.
  func accepts(_ fields: HTTPFields) -> Bool {
    let chosen = Self.members(of: fields)
    return !chosen.isEmpty
      && chosen.allSatisfy { name in
        protocols.contains { $0.map(lowerCased) == name.map(lowerCased) }
      }
  }

  private static func members(of fields: HTTPFields) -> [[UInt8]] {
    fields.all("upgrade").flatMap { members(of: $0) }
  }

  private static func members(of value: [UInt8]) -> [[UInt8]] { value.listMembers() }
}

/// The `Connection` field of a request to an upstream (RFC 9110 §7.6.1).
enum ConnectionOptions {
  /// What is left of a value that variables made: options that a client may choose. Any other name in it would have the
  /// upstream drop that field, Content-Length and identity headers included.
  ///
  /// - Parameter isFromVariables: otherwise the operator wrote every option, and only `upgrade` depends on the request.
  static func safe(_ value: [UInt8], isFromVariables: Bool, upgrades: Bool) -> [UInt8] {
    let kept = value.listMembers().filter { option in
      switch option.map(lowerCased).asText {
      case "upgrade": upgrades
      case "close", "keep-alive", "te": true
      default: !isFromVariables
      }
    }
    return Array(kept.joined(separator: Array(", ".utf8)))
  }
}

extension [UInt8] {
  /// The members of a comma-separated list, without the space around them (RFC 9110 §5.6.1).
  fileprivate func listMembers() -> [[UInt8]] {
    split(separator: UInt8(ascii: ",")).compactMap { part in
      let start = part.drop { $0 == 0x20 || $0 == 0x09 }
      guard let last = start.lastIndex(where: { $0 != 0x20 && $0 != 0x09 }) else { return nil }
      return Array(start[...last])
    }
  }
}
