import ConfigModel
import ConfigSyntax
import HTTPWire
import NIOCore

/// `limit_rate` and `limit_rate_after` made ready.
struct RateLimit: Sendable {
  private let rate: CompiledTemplate?
  private let burst: CompiledTemplate?

  init(_ core: CoreSettings, compile: CompileContext) throws(Diagnostic) {
    rate = try core.limitRate.map { template throws(Diagnostic) in try compile.template(template) }
    burst = try core.limitRateAfter.map { template throws(Diagnostic) in try compile.template(template) }
  }

  /// Bytes a second; `nil`: no limit.
  func rate(for request: Request) -> Int? { Self.size(rate, request) }

  /// Bytes that are not counted.
  func burst(for request: Request) -> Int { Self.size(burst, request) ?? 0 }

  private static func size(_ template: CompiledTemplate?, _ request: Request) -> Int? {
    guard let template, let size = ByteCount(configuration: template.value(for: request)) else { return nil }
    return size.bytes
  }
}

extension Request {
  /// Bytes a second that the response's body may take; `nil`: as fast as it goes.
  var limitRate: Int? {
    let rate = phases.limitRate ?? effective.rateLimit.rate(for: self)
    return rate == 0 ? nil : rate
  }

  /// How many bytes may be sent now, the first second's share at once; not positive: none yet.
  ///
  /// - Parameter rate: bytes a second.
  func bytesAllowed(rate: Int) -> Int {
    let elapsed = Double((NIODeadline.now() - startTime).nanoseconds) / 1e9
    let earned = Double(rate) * (elapsed + 1)
    return Int(min(earned, 1e15)).addingSaturated(effective.rateLimit.burst(for: self)) - exchange.bytesSent
  }
}
