import ConfigSyntax

/// A setting that a block takes from its parent unless it names the directive itself.
///
/// The wrapped value is always usable: it is the directive's default until something sets it.
@propertyWrapper
public struct Inherited<Value: Sendable>: Sendable {
  public private(set) var wrappedValue: Value
  /// Whether this block, or one above it, named the directive.
  public private(set) var isSet: Bool
  /// Where the directive stands; `nil` while the value is the default.
  public private(set) var position: SourcePosition?

  public init(wrappedValue: Value) {
    self.wrappedValue = wrappedValue
    self.isSet = false
  }

  public var projectedValue: Inherited<Value> {
    get { self }
    set { self = newValue }
  }

  /// Records the directive's value.
  public mutating func set(_ value: Value, at position: SourcePosition) {
    wrappedValue = value
    isSet = true
    self.position = position
  }

  /// Replaces the default where it is only known once the configuration is being read.
  mutating func setDefault(_ value: Value) {
    if !isSet { wrappedValue = value }
  }

  /// Takes the parent's value where this block has none of its own.
  public mutating func inherit(from parent: Inherited<Value>) {
    if !isSet { self = parent }
  }
}
