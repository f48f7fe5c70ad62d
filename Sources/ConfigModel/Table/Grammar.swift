import ConfigSyntax

/// How a directive's arguments are written, and the value they mean.
struct Grammar<Value: Sendable>: Sendable {
  let syntax: String
  let arity: Arity
  let parse: @Sendable (Invocation) throws(Diagnostic) -> Value

  init(
    _ syntax: String, _ arity: Arity = .exactly(1),
    parse: @escaping @Sendable (Invocation) throws(Diagnostic) -> Value
  ) {
    self.syntax = syntax
    self.arity = arity
    self.parse = parse
  }

  /// The same grammar, its value made into another.
  func map<Other>(_ transform: @escaping @Sendable (Value) -> Other) -> Grammar<Other> {
    Grammar<Other>(syntax, arity) { invocation throws(Diagnostic) in transform(try parse(invocation)) }
  }

  var optional: Grammar<Value?> { map { $0 } }
}

extension Grammar where Value == Bool {
  static var flag: Grammar {
    Grammar("on | off") { invocation throws(Diagnostic) in
      switch invocation.text(0).lowercased() {
      case "on": return true
      case "off": return false
      default:
        throw invocation.error(
          "invalid value \"\(invocation.text(0))\" in \"\(invocation.name)\" directive, it must be \"on\" or \"off\"")
      }
    }
  }
}

extension Grammar where Value == Int {
  static var number: Grammar { number(in: 0...Int.max) }

  static func number(in range: ClosedRange<Int>) -> Grammar {
    Grammar("number") { invocation throws(Diagnostic) in
      guard let value = Int(configuration: invocation.bytes(0)) else {
        throw invocation.error("\"\(invocation.name)\" directive invalid number")
      }
      guard range.contains(value) else { throw invocation.outOfRange(range) }
      return value
    }
  }
}

extension Grammar where Value == Duration {
  /// In nginx's syntax, milliseconds allowed.
  static var time: Grammar { duration(unit: .milliseconds) }
  /// In nginx's syntax, whole seconds.
  static var seconds: Grammar { duration(unit: .seconds) }

  private static func duration(unit: Duration.ConfigurationUnit) -> Grammar {
    Grammar("time") { invocation throws(Diagnostic) in
      guard let value = Duration(configuration: invocation.bytes(0), unit: unit) else {
        throw invocation.invalidValue()
      }
      return value
    }
  }
}

extension Grammar where Value == ByteCount {
  static var size: Grammar { size(in: 0...Int.max) }

  static func size(in range: ClosedRange<Int>) -> Grammar {
    Grammar("size") { invocation throws(Diagnostic) in
      guard let value = ByteCount(configuration: invocation.bytes(0)) else { throw invocation.invalidValue() }
      guard range.contains(value.bytes) else { throw invocation.outOfRange(range) }
      return value
    }
  }

  /// As `size`, gigabytes allowed.
  static var offset: Grammar {
    Grammar("size") { invocation throws(Diagnostic) in
      guard let value = ByteCount(configuration: invocation.bytes(0), allowsGibibytes: true) else {
        throw invocation.invalidValue()
      }
      return value
    }
  }
}

extension Grammar where Value == BufferShape {
  static var buffers: Grammar {
    Grammar("number size", .exactly(2)) { invocation throws(Diagnostic) in
      guard let count = Int(configuration: invocation.bytes(0)), count > 0,
        let size = ByteCount(configuration: invocation.bytes(1)), size.bytes > 0
      else { throw invocation.invalidValue() }
      return BufferShape(count: count, size: size)
    }
  }
}

extension Grammar where Value == String {
  static var string: Grammar { string("string") }
  static func string(_ syntax: String) -> Grammar {
    Grammar(syntax) { invocation throws(Diagnostic) in invocation.text(0) }
  }
}

extension Grammar where Value == Template {
  static var template: Grammar { template("string") }
  static func template(_ syntax: String) -> Grammar {
    Grammar(syntax) { invocation throws(Diagnostic) in try invocation.template(0) }
  }
}

extension Grammar where Value == PathReference {
  /// A file, relative to the configuration's folder.
  static var file: Grammar {
    Grammar("file") { invocation throws(Diagnostic) in try invocation.file(0) }
  }

  /// The same, its name may have variables.
  static var dynamicFile: Grammar {
    Grammar("file") { invocation throws(Diagnostic) in try invocation.dynamicFile(0) }
  }
}

extension Grammar where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  static var choice: Grammar {
    Grammar(Value.allCases.map(\.rawValue).joined(separator: " | ")) { invocation throws(Diagnostic) in
      guard let value = Value(rawValue: invocation.text(0)) else {
        throw invocation.error("invalid value \"\(invocation.text(0))\"")
      }
      return value
    }
  }
}

extension Grammar {
  /// One or more names of a set.
  static func set<Element>(_ type: Element.Type) -> Grammar
  where
    Value == Set<Element>, Element: RawRepresentable & CaseIterable & Hashable & Sendable, Element.RawValue == String
  {
    Grammar(Element.allCases.map { "[\($0.rawValue)]" }.joined(separator: " "), .atLeast(1)) {
      invocation throws(Diagnostic) in
      var values: Set<Element> = []
      for text in invocation.texts {
        guard let value = Element(rawValue: text) else { throw invocation.error("invalid value \"\(text)\"") }
        if !values.insert(value).inserted { invocation.warn("duplicate value \"\(text)\"") }
      }
      return values
    }
  }
}

extension Grammar where Value == [Word] {
  /// Words that nobody looks at.
  static func words(_ syntax: String, _ arity: Arity) -> Grammar {
    Grammar(syntax, arity) { invocation throws(Diagnostic) in invocation.directive.arguments }
  }
}
