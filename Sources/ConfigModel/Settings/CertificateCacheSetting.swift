/// `ssl_certificate_cache max=N [inactive=T] [valid=T]`.
public struct CertificateCacheSetting: Hashable, Sendable {
  /// How many are kept.
  public var maximum: Int
  /// Kept no longer than this without being asked for.
  public var inactive: Duration = .seconds(10)
  /// Taken as they are for so long; then their files are looked at.
  public var valid: Duration = .seconds(60)

  public init(maximum: Int) { self.maximum = maximum }
}
