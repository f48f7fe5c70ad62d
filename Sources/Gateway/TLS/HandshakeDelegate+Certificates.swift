import HTTPWire
import NIOCore
import TLSEngine

extension HandshakeDelegate {
  func chooseContext(for hello: TLSSessionFacts, connection engine: TLSConnection) -> ContextChoice {
    guard let base = tls?.context, let certificates = connection.server.tls?.certificates else { return .unavailable }
    let found = certificates.context(for: handshakeRequest(hello), base: base, on: eventLoop) { [self] result in
      engine.contextChosen(choice(result))
    }
    connection.tls = nil
    return found.map(choice) ?? .pending
  }

  /// What variables are asked of. A name that is no host name might lead to any file: it counts as absent.
  private func handshakeRequest(_ hello: TLSSessionFacts) -> Request {
    var facts = hello
    if let name = hello.serverName, HostName(name) == nil { facts.serverName = nil }
    connection.tls = facts
    let head = HTTPRequestHead(method: .get, target: [UInt8(ascii: "/")], version: .http1_1, fields: HTTPFields())
    return Request(
      exchange: HandshakeExchange(connection, eventLoop: eventLoop), head: head, server: connection.server)
  }

  private func choice(_ result: Result<TLSServerContext, CredentialFailure>) -> ContextChoice {
    switch result {
    case .success(let context): return .context(context)
    case .failure(let failure):
      let client = String(decoding: connection.remoteText, as: UTF8.self)
      errorLog.write(
        .error, connection: connection.number,
        "\(failure) while SSL handshaking, client: \(client), server: \(connection.listener.setting.text)")
      return .unavailable
    }
  }
}
