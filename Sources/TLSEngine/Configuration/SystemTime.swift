#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension TLSServerConfiguration {
  /// The machine's clock, as the library itself reads it.
  public static let systemTime: @Sendable () -> Int64 = { Int64(time(nil)) }
}
