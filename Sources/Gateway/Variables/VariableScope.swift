import ConfigModel
import ConfigSyntax
import PatternMatching

/// The variables that a configuration can name: the gateway's own, and those that `set` and named groups make.
///
/// Made before anything is compiled, since a variable may be used above the `set` that makes it.
final class VariableScope {
  /// Names that `set` or a regular expression assigns, and where `Request.variables` keeps them.
  private(set) var assigned: [String: Int] = [:]
  /// Variables that modules (`map`, `geo`, …) define.
  private var defined: [String: VariableGetter] = [:]
  /// Where `set` writes through to the request itself.
  static let settable: Set<String> = ["args", "limit_rate"]

  init() {}

  /// Collects every assignment of a configuration.
  convenience init(collecting http: HTTPBlock) {
    self.init()
    for server in http.servers {
      for case .regex(let source) in server.names { collect(source) }
      collect(server.settings)
      for location in server.locations { collect(location) }
    }
  }

  var count: Int { assigned.count }

  func define(_ name: String, as getter: @escaping VariableGetter) { defined[name] = getter }

  func getter(named name: String, at position: SourcePosition) throws(Diagnostic) -> VariableGetter {
    if let getter = defined[name] { return getter }
    if let index = assigned[name], !Self.settable.contains(name) {
      return Self.assignedGetter(index, fallback: VariableTable.getter(named: name))
    }
    if let getter = VariableTable.getter(named: name) { return getter }
    throw Diagnostic("unknown \"\(name)\" variable", at: position)
  }

  /// What its values are to a request target.
  func targetForm(of name: String) -> TargetForm {
    if defined[name] == nil, let index = assigned[name], !Self.settable.contains(name) { return .assigned(index) }
    return TargetForm(of: name)
  }

  /// The place of an assigned variable, made where it is new.
  func index(assigning name: String) -> Int {
    if let index = assigned[name] { return index }
    let index = assigned.count
    assigned[name] = index
    return index
  }

  private static func assignedGetter(_ index: Int, fallback: VariableGetter?) -> VariableGetter {
    { request, out in
      guard index < request.variables.count, let value = request.variables[index] else {
        return fallback?(request, &out) ?? false
      }
      out.append(contentsOf: value.bytes)
      return true
    }
  }

  private func collect(_ location: LocationBlock) {
    if case .regex(let source) = location.match { collect(source) }
    collect(location.settings)
    if let limit = location.limitExcept { collect(limit.settings) }
    for nested in location.locations { collect(nested) }
  }

  private func collect(_ settings: LocationSettings) {
    for statement in settings.rewrite {
      switch statement {
      case .set(let name, _): _ = index(assigning: name)
      case .rewrite(let rule): collect(rule.pattern)
      case .if(let condition):
        if case .matches(_, let source, _) = condition.condition { collect(source) }
        collect(condition.settings)
      case .returnStatus, .breakPhase: continue
      }
    }
  }

  /// An expression that does not compile is reported where it is used.
  private func collect(_ source: RegexSource) {
    guard let pattern = try? Pattern(source.pattern) else { return }
    for group in pattern.groupNames { _ = index(assigning: group.name.lowercased()) }
  }
}

extension Request {
  /// Assigns a `set` variable or a named group.
  ///
  /// - Parameter target: the value as it goes into a request target, where something of it was decoded.
  func assign(_ value: [UInt8], target: [UInt8]? = nil, toVariable index: Int) {
    while variables.count <= index { variables.append(nil) }
    variables[index] = AssignedValue(bytes: value, target: target)
  }
}
