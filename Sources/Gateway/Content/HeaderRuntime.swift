import ConfigModel
import ConfigSyntax

/// What a location adds to every response: `add_header`, `expires`, `server_tokens`.
struct HeaderRuntime: Sendable {
  struct Added: Sendable {
    enum Kind: Sendable { case ordinary, lastModified, etag }

    let name: [UInt8]
    let kind: Kind
    let value: CompiledTemplate
    let always: Bool
  }

  let added: [Added]
  let trailers: [Added]
  let expires: CompiledExpires?
  private let server: ServerToken

  init(_ settings: LocationSettings, compile: CompileContext) throws(Diagnostic) {
    added = try Self.compiled(settings.headers.addHeaders, compile: compile)
    trailers = try Self.compiled(settings.headers.addTrailers, compile: compile)
    expires = try CompiledExpires(settings.headers.expires, compile: compile)
    server = try ServerToken(settings.core.serverTokens, compile: compile)
  }

  private static func compiled(_ headers: [AddHeader], compile: CompileContext) throws(Diagnostic) -> [Added] {
    var added: [Added] = []
    for header in headers {
      added.append(
        Added(
          name: Array(header.name.utf8), kind: kind(header.name), value: try compile.template(header.value),
          always: header.always))
    }
    return added
  }

  private static func kind(_ name: String) -> Added.Kind {
    switch name.lowercased() {
    case "last-modified": .lastModified
    case "etag": .etag
    default: .ordinary
    }
  }

  /// The Server field's value; empty: no field.
  func serverField(for request: Request) -> [UInt8] { server.text(for: request) }

  /// The end of the gateway's own pages.
  func pageTail(for request: Request) -> [UInt8] { server.pageTail(for: request) }
}

/// What `server_tokens` leaves of the product's name.
private enum ServerToken: Sendable {
  case fixed(field: [UInt8], tail: [UInt8])
  case made(CompiledTemplate)

  init(_ setting: ServerTokens, compile: CompileContext) throws(Diagnostic) {
    switch setting {
    case .on, .build: self = Self.named(Product.nameAndVersion)
    case .off: self = Self.named(Product.name)
    case .text(let template): self = .made(try compile.template(template))
    }
  }

  private static func named(_ text: String) -> ServerToken {
    .fixed(field: Array(text.utf8), tail: SpecialPage.tail(Array(text.utf8)))
  }

  func text(for request: Request) -> [UInt8] {
    switch self {
    case .fixed(let field, _): field
    case .made(let template): template.value(for: request)
    }
  }

  func pageTail(for request: Request) -> [UInt8] {
    switch self {
    case .fixed(_, let tail): tail
    case .made(let template): SpecialPage.tail(template.value(for: request))
    }
  }
}
