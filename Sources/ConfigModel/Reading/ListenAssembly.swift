import ConfigSyntax

/// Compares what all servers say about each address: options are joined, one server is the default.
struct ListenAssembly {
  private let reading: Reading

  init(_ reading: Reading) { self.reading = reading }

  func assemble(_ block: inout HTTPBlock, drafts: [Scope]) {
    var addresses = AddressList()
    for (index, scope) in drafts.enumerated() {
      for draft in listens(of: scope) {
        do throws(Diagnostic) {
          try addresses.add(draft, server: index, reading)
        } catch {
          reading.report(error)
        }
      }
    }
    for address in addresses.entries {
      for server in address.servers {
        var setting = address.setting
        setting.isDefaultServer = server == address.defaultServer
        setting.position = address.positions[server] ?? setting.position
        block.servers[server].listens.append(setting)
      }
      warnOfConflicts(among: address.servers.map { drafts[$0] }, on: address.setting.text)
    }
  }

  private func listens(of scope: Scope) -> [ListenDraft] {
    guard scope.server.listens.isEmpty else { return scope.server.listens }
    let port = reading.host.isPrivileged ? 80 : 8000
    return [ListenDraft(setting: ListenSetting(address: .ip(host: "0.0.0.0", port: port), at: scope.position))]
  }

  private func warnOfConflicts(among servers: [Scope], on address: String) {
    guard servers.count > 1 else { return }
    var seen: Set<ServerNamePattern> = []
    for server in servers {
      let names = server.server.names.isEmpty ? [ServerNameDraft(pattern: .exact(""), text: "")] : server.server.names
      for name in names {
        if case .regex = name.pattern { continue }
        if !name.isValid {
          let text = "invalid server name or wildcard \"\(name.text)\" on \(address)"
          return reading.report(Diagnostic(text, at: server.position))
        }
        guard !seen.insert(name.pattern).inserted else { continue }
        reading.report(
          Diagnostic("conflicting server name \"\(name.text)\" on \(address), ignored", at: nil, severity: .warn))
      }
    }
  }
}

/// All addresses of a configuration in the order of their first mention.
private struct AddressList {
  struct Entry {
    var setting: ListenSetting
    var setsSocket: Bool
    var servers: [Int]
    var positions: [Int: SourcePosition]
    var defaultServer: Int
    var protocols: Protocols
    /// What the last listens agreed on, once there were two.
    var agreed: Protocols?
    var hasChanged = false
  }

  struct Protocols: OptionSet, Hashable {
    let rawValue: Int
    init(rawValue: Int) { self.rawValue = rawValue }
    init(_ setting: ListenSetting) {
      rawValue = (setting.isProxyProtocol ? 1 : 0) | (setting.isTLS ? 2 : 0) | (setting.isHTTP2 ? 4 : 0)
    }
  }

  private(set) var entries: [Entry] = []

  mutating func add(_ draft: ListenDraft, server: Int, _ reading: Reading) throws(Diagnostic) {
    guard let index = entries.firstIndex(where: { $0.setting.address == draft.setting.address }) else {
      entries.append(
        Entry(
          setting: draft.setting, setsSocket: draft.setsSocket, servers: [server],
          positions: [server: draft.setting.position], defaultServer: server, protocols: Protocols(draft.setting)))
      return
    }
    try entries[index].join(draft, server: server, reading)
  }
}

extension AddressList.Entry {
  mutating func join(_ draft: ListenDraft, server: Int, _ reading: Reading) throws(Diagnostic) {
    let position = draft.setting.position
    guard !servers.contains(server) else { throw Diagnostic("a duplicate listen \(setting.text)", at: position) }
    servers.append(server)
    positions[server] = position
    let hadSocket = setsSocket
    let wasDefault = setting.isDefaultServer
    if draft.setsSocket {
      guard !setsSocket else { throw Diagnostic("duplicate listen options for \(setting.text)", at: position) }
      setting = draft.setting
      setsSocket = true
    }
    if draft.setting.isDefaultServer {
      guard !wasDefault else { throw Diagnostic("a duplicate default server for \(setting.text)", at: position) }
      defaultServer = server
    }
    setting.isDefaultServer = wasDefault || draft.setting.isDefaultServer
    if joinProtocols(AddressList.Protocols(draft.setting), draft.setsSocket, hadSocket) {
      reading.report(
        Diagnostic("protocol options redefined for \(setting.text)", at: position, severity: .warn))
    }
  }

  /// Joins the options; whether their combination is suspicious.
  private mutating func joinProtocols(
    _ new: AddressList.Protocols, _ setsSocket: Bool, _ hadSocket: Bool
  ) -> Bool {
    let old = protocols
    protocols.formUnion(new)
    setting.isProxyProtocol = protocols.rawValue & 1 != 0
    setting.isTLS = protocols.rawValue & 2 != 0
    setting.isHTTP2 = protocols.rawValue & 4 != 0
    let isSuspicious: Bool
    if !old.isSuperset(of: new) {
      isSuspicious = (hadSocket && !setsSocket) || hasChanged || !new.isSuperset(of: old)
      (agreed, hasChanged) = (old, true)
    } else if !new.isSuperset(of: old) {
      isSuspicious = setsSocket || (agreed != nil && new != agreed)
      (agreed, hasChanged) = (new, true)
    } else {
      isSuspicious = (setsSocket && hasChanged) || (agreed != nil && new != agreed)
      agreed = new
    }
    return isSuspicious
  }
}
