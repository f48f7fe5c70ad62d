import ConfigModel
import ConfigSyntax
import NIOCore

/// Where a request is proxied to.
final class ProxyDestination: Sendable {
  let upstream: UpstreamRuntime
  let uri: ProxyURI
  let authority: ProxyAuthority
  let isTLS: Bool
  /// The host without port, which the upstream's certificate is expected to name.
  let host: [UInt8]

  init(_ url: UpstreamURL, isTLS: Bool, upstream: UpstreamRuntime, prefixLength: Int, isComplete: Bool = false) {
    let port = isTLS ? 443 : 80
    self.upstream = upstream
    uri = ProxyURI(replacement: url.uri, isComplete: isComplete, prefixLength: prefixLength)
    authority = ProxyAuthority(host: url.hostHeader(defaultPort: port), port: url.portText(defaultPort: port))
    self.isTLS = isTLS
    host = url.host
  }
}

/// `proxy_pass`, made ready.
enum ProxyTarget: Sendable {
  /// Known from the configuration.
  case fixed(ProxyDestination)
  /// A whole URL with variables, read anew for each request.
  case variable(CompiledTemplate, UpstreamRegistry)

  init(
    _ pass: ProxyPass, prefixLength: Int, registry: UpstreamRegistry, compile: CompileContext
  ) throws(Diagnostic) {
    if let template = pass.dynamicURL {
      self = .variable(try compile.template(template), registry)
      return
    }
    let authority = pass.authority.literal ?? []
    // The path of a socket ends where a colon says so.
    let colon = authority.hasPrefixIgnoringCase("unix:") && pass.uri != nil ? [UInt8(ascii: ":")] : []
    let text = authority + colon + (pass.uri?.literal ?? [])
    let url: UpstreamURL
    do throws(UpstreamURL.Fault) {
      url = try UpstreamURL(text)
    } catch {
      throw Diagnostic("\(error.rawValue) in upstream \"\(text.asText)\"", at: pass.position)
    }
    let port = pass.isTLS ? 443 : 80
    let upstream = try registry.upstream(url, defaultPort: port, at: pass.position)
    self = .fixed(ProxyDestination(url, isTLS: pass.isTLS, upstream: upstream, prefixLength: prefixLength))
  }
}

extension ProxyTarget {
  /// Why a URL with variables leads nowhere, for the log, and the status that follows.
  struct Failure: Error {
    var message: String
    var status: Int
  }

  /// Finds the destination of a request; calls back at once unless a name has to be looked up.
  func resolve(for request: Request, then: @escaping (Result<ProxyDestination, Failure>) -> Void) {
    switch self {
    case .fixed(let destination): then(.success(destination))
    case .variable(let template, let registry):
      Self.resolve(template.target(for: request), registry, on: request.exchange.eventLoop, then: then)
    }
  }

  private static func resolve(
    _ text: [UInt8], _ registry: UpstreamRegistry, on eventLoop: EventLoop,
    then: @escaping (Result<ProxyDestination, Failure>) -> Void
  ) {
    let isTLS = text.hasPrefixIgnoringCase("https://")
    guard isTLS || text.hasPrefixIgnoringCase("http://") else {
      return then(.failure(Failure(message: "invalid URL prefix in \"\(text.asText)\"", status: 500)))
    }
    var url: UpstreamURL
    let rest = text.dropFirst(isTLS ? 8 : 7)
    do throws(UpstreamURL.Fault) {
      url = try UpstreamURL(rest)
    } catch {
      let message = "\(error.rawValue) in upstream \"\(Array(rest).asText)\""
      return then(.failure(Failure(message: message, status: 500)))
    }
    if url.uri.first == UInt8(ascii: "?") { url.uri.insert(UInt8(ascii: "/"), at: 0) }
    lookUp(url, isTLS: isTLS, registry, on: eventLoop, then: then)
  }

  private static func lookUp(
    _ url: UpstreamURL, isTLS: Bool, _ registry: UpstreamRegistry, on eventLoop: EventLoop,
    then: @escaping (Result<ProxyDestination, Failure>) -> Void
  ) {
    let port = url.port ?? (isTLS ? 443 : 80)
    func found(_ upstream: UpstreamRuntime) {
      then(.success(ProxyDestination(url, isTLS: isTLS, upstream: upstream, prefixLength: 0, isComplete: true)))
    }
    func found(_ addresses: [UpstreamAddress]) {
      if addresses.isEmpty {
        let message = "\(url.host.asText) could not be resolved (3: Host not found)"
        return then(.failure(Failure(message: message, status: 502)))
      }
      found(
        UpstreamRuntime(implicit: url.host.asText, addresses: addresses, counters: registry.dynamicCounters))
    }
    if let known = registry.find(url, defaultPort: port) { return found(known) }
    if url.isUnix { return found(UpstreamAddress(unixPath: url.host.asText).map { [$0] } ?? []) }
    HostLookup.addresses(of: url.host.asText, port: port, on: eventLoop) { found($0) }
  }
}

extension [UInt8] {
  func hasPrefixIgnoringCase(_ prefix: String) -> Bool {
    count >= prefix.utf8.count && zip(self, prefix.utf8).allSatisfy { lowerCased($0) == $1 }
  }
}
