/// What a variable's value is to a request target (RFC 3986 §2.4: what was decoded must not be taken for syntax).
enum TargetForm: Sendable, Equatable {
  /// Encoded as the client sent it, or nothing of a URI: it goes in as it is.
  case asIs
  /// Decoded, or from elsewhere than the URI: `?`, `#` and `%` in it are data.
  case decoded
  /// Decoded as well; a file's name that was checked when it was made.
  case path
  /// A `set` variable or a named group; each value knows for itself.
  case assigned(Int)

  /// Of a variable that no configuration assigns.
  init(of name: String) {
    switch name {
    case "uri", "document_uri", "remote_user": self = .decoded
    case "document_root", "realpath_root", "request_filename": self = .path
    case _ where name.hasPrefix("ssl_client_"): self = .decoded
    default: self = .asIs
    }
  }
}

/// What `set` or a named group left.
struct AssignedValue {
  var bytes: [UInt8]
  /// How it goes into a request target, where that differs.
  var target: [UInt8]?
}

extension Request {
  /// Whether `$uri` holds bytes that mean something else in a target: then its parts are escaped where they go into one.
  var isURIData: Bool {
    phases.uriWasQuoted || phases.uriHasPlus
      || uri.contains { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "%") }
  }
}

extension CompiledTemplate {
  /// Whether a value in it may have been decoded.
  var mayBeDecoded: Bool {
    pieces.contains { piece in
      switch piece {
      case .literal: false
      case .capture: true
      case .variable(_, let form): form != .asIs
      }
    }
  }

  /// The text as a part of a request target: what was decoded is escaped again.
  func target(for request: Request, escape: URIEscape = .uri) -> [UInt8] {
    if let literal { return literal }
    var out: [UInt8] = []
    for piece in pieces {
      let part = Self.part(piece, request)
      if part.isData { escape.append(part.bytes, to: &out) } else { out.append(contentsOf: part.encoded) }
    }
    return out
  }

  /// The text as a URI within the gateway: the path decoded, the arguments, behind the first `?` that is none of the data,
  /// encoded.
  func internalURI(for request: Request) -> (path: [UInt8], arguments: [UInt8]) {
    if let literal { return literal.splitArguments() }
    var path: [UInt8] = []
    var arguments: [UInt8] = []
    var isInArguments = false
    for piece in pieces {
      let part = Self.part(piece, request)
      if isInArguments, part.isData {
        URIEscape.arguments.append(part.bytes, to: &arguments)
      } else if isInArguments {
        arguments.append(contentsOf: part.encoded)
      } else if !part.isData, part.target == nil, let mark = part.bytes.firstIndex(of: UInt8(ascii: "?")) {
        path.append(contentsOf: part.bytes[..<mark])
        arguments = Array(part.bytes[(mark + 1)...])
        isInArguments = true
      } else {
        path.append(contentsOf: part.bytes)
      }
    }
    return (path, arguments)
  }

  private struct Part {
    var bytes: [UInt8]
    var isData = false
    var target: [UInt8]?
    var encoded: [UInt8] { target ?? bytes }
  }

  private static func part(_ piece: Piece, _ request: Request) -> Part {
    var part = Part(bytes: [])
    switch piece {
    case .literal(let bytes): part.bytes = bytes
    case .capture(let number):
      request.append(capture: number, to: &part.bytes)
      part.isData = request.captures.isDecoded
    case .variable(let getter, let form):
      _ = getter(request, &part.bytes)
      switch form {
      case .asIs: break
      case .decoded, .path: part.isData = true
      case .assigned(let index):
        if index < request.variables.count { part.target = request.variables[index]?.target }
      }
    }
    return part
  }
}
