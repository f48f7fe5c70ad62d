/// Where a directive may stand.
public struct DirectiveContexts: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let main = DirectiveContexts(rawValue: 1)
  public static let events = DirectiveContexts(rawValue: 1 << 1)
  public static let http = DirectiveContexts(rawValue: 1 << 2)
  public static let server = DirectiveContexts(rawValue: 1 << 3)
  public static let location = DirectiveContexts(rawValue: 1 << 4)
  public static let upstream = DirectiveContexts(rawValue: 1 << 5)
  public static let serverIf = DirectiveContexts(rawValue: 1 << 6)
  public static let locationIf = DirectiveContexts(rawValue: 1 << 7)
  public static let limitExcept = DirectiveContexts(rawValue: 1 << 8)

  static let any: DirectiveContexts = [
    .main, .events, .http, .server, .location, .upstream, .serverIf, .locationIf, .limitExcept,
  ]
  /// http and server: what is decided before a location is known.
  static let connection: DirectiveContexts = [.http, .server]
  /// http, server and location.
  static let request: DirectiveContexts = [.http, .server, .location]
  /// http, server, location and `if` inside a location.
  static let requestAndIf: DirectiveContexts = [.http, .server, .location, .locationIf]
  /// Where statements of the rewrite module stand.
  static let rewrite: DirectiveContexts = [.server, .serverIf, .location, .locationIf]

  private static let names: [(DirectiveContexts, String)] = [
    (.main, "main"), (.events, "events"), (.http, "http"), (.server, "server"), (.location, "location"),
    (.upstream, "upstream"), (.serverIf, "if in server"), (.locationIf, "if in location"),
    (.limitExcept, "limit_except"),
  ]

  /// As the documentation lists them.
  public var description: String {
    if self == .any { return "any" }
    return Self.names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
  }
}
