import ArgumentParser
import Authority

/// A span of time as every command takes it: `90d`, `12h`, `45m`; a bare number is days.
struct Lifetime: ExpressibleByArgument {
  let seconds: Int64
  private let text: String

  init?(argument: String) {
    guard let seconds = ValidityBounds.seconds(argument) else { return nil }
    (self.seconds, text) = (seconds, argument)
  }

  init(days: Int64) { (seconds, text) = (days * ValidityBounds.day, "\(days)d") }

  var defaultValueDescription: String { text }

  /// A CRL lives between a minute and ten years.
  func checked(asCRLOf option: String) throws -> Int64 {
    guard (60...3650 * ValidityBounds.day).contains(seconds) else {
      throw UsageError("\(option) \(text) is not possible; accepted: 1m to 3650d")
    }
    return seconds
  }
}
