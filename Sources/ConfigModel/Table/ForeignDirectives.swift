/// The directives of nginx's free and commercial versions, as its documentation lists them, by module.
///
/// An unknown directive that nginx knows is no slip of the pen: whoever brings a configuration along is told what it
/// would need. Names that this program has too are among them; what is missing is the difference to its table.
public struct ForeignDirectives: Sendable {
  public struct Module: Sendable {
    /// As nginx calls it: `ngx_http_gzip_module`.
    public let name: String
    public let directives: [String]

    init(_ name: String, _ directives: String) {
      self.name = name
      self.directives = directives.split(whereSeparator: \.isWhitespace).map(String.init)
    }
  }

  public let modules: [Module]
  /// What only nginx's commercial version has.
  public let commercial: Set<String>
  private let home: [String: String]

  init(modules: [Module], commercial: Module) {
    self.modules = modules
    self.commercial = Set(commercial.directives)
    let pairs = modules.flatMap { module in module.directives.map { ($0, module.name) } }
    home = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  /// The module that a directive is of: of several the first, which is HTTP's.
  public func module(of name: String) -> String? { home[name] }

  /// The modules with those of their directives that `table` lacks; modules that lack nothing are left out.
  public func missing(in table: DirectiveTable) -> [(module: String, directives: [String])] {
    modules.compactMap { module in
      let names = module.directives.filter { table.rows(named: $0).isEmpty }
      return names.isEmpty ? nil : (module.name, names)
    }
  }

  /// What a configuration that names it is told; `nil` where nginx has no such directive.
  func refusal(of name: String) -> String? {
    if let module = home[name] { return "\"\(name)\" of nginx's \(module) is not supported" }
    return commercial.contains(name) ? "\"\(name)\" of nginx's commercial version is not supported" : nil
  }
}
