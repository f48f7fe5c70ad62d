/// Something in an imported directory that cannot be taken over as it stands.
public struct ImportDamage: Sendable, Hashable, CustomStringConvertible {
  public let file: String
  /// One-based; nil when the whole file is meant.
  public let line: Int?
  public let problem: String

  public var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(problem)" }
}
