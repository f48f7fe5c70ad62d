import ConfigModel
import ConfigSyntax
import HTTPWire

/// `expires` made ready.
enum CompiledExpires: Sendable {
  case fixed(Expires)
  case dynamic(CompiledTemplate, isModified: Bool)

  /// When a response expires, and what Cache-Control says of it.
  struct Expiry: Equatable {
    /// Since 1970.
    var seconds: Int64
    var cacheControl: String
  }

  /// `nil` where nothing is to be added.
  init?(_ setting: Expires?, compile: CompileContext) throws(Diagnostic) {
    switch setting {
    case nil, .off: return nil
    case .dynamic(let template, let isModified):
      self = .dynamic(try compile.template(template), isModified: isModified)
    case .some(let fixed): self = .fixed(fixed)
    }
  }

  func expiry(for request: Request, now: Int64) -> Expiry? {
    switch self {
    case .fixed(let setting): return Self.expiry(setting, modified: request.response.lastModified, now: now)
    case .dynamic(let template, let isModified):
      let text = template.value(for: request).asText
      guard let setting = try? Expires(text: text, isModified: isModified) else { return nil }
      return Self.expiry(setting, modified: request.response.lastModified, now: now)
    }
  }

  static func expiry(_ setting: Expires, modified: Int64?, now: Int64) -> Expiry? {
    switch setting {
    case .off, .dynamic: return nil
    case .epoch: return Expiry(seconds: 1, cacheControl: "no-cache")
    case .max: return Expiry(seconds: 2_145_916_555, cacheControl: "max-age=315360000")
    case .after(let duration): return expiry(at: now.addingSaturated(duration.components.seconds), now: now)
    case .modified(let duration):
      return expiry(at: (modified ?? now).addingSaturated(duration.components.seconds), now: now)
    case .daily(let duration):
      let time = WallClock.time(today: duration.components.seconds, after: now)
      return Expiry(seconds: time, cacheControl: "max-age=\(time - now)")
    }
  }

  private static func expiry(at seconds: Int64, now: Int64) -> Expiry {
    Expiry(seconds: seconds, cacheControl: seconds < now ? "no-cache" : "max-age=\(seconds.subtractingSaturated(now))")
  }
}
