import PKI

/// Who acts, and when: the two facts every audit row needs and the Authority never finds out by itself.
public struct Operator: Sendable {
  /// Written to the audit log, for example `alice (uid 1000)`.
  public let name: String
  let clock: @Sendable () -> UnixTime

  /// - Parameter clock: the current time; asked once for each act.
  public init(name: String, clock: @escaping @Sendable () -> UnixTime) {
    self.name = name
    self.clock = clock
  }

  var now: UnixTime { clock() }
}
