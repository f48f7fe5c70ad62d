import Fetch

/// Hosts that URLs found in certificates may name: names, or with a leading `*.` all below a domain; `*`: any.
struct AllowedHosts: Hashable, Sendable {
  private let patterns: [String]

  /// - Parameter patterns: in lower case.
  init(_ patterns: [String]) { self.patterns = patterns }

  static let any = AllowedHosts(["*"])

  func allows(_ url: FetchURL) -> Bool {
    patterns.contains { pattern in
      if pattern == "*" { return true }
      return pattern.hasPrefix("*.") ? url.host.hasSuffix(pattern.dropFirst()) : url.host == pattern
    }
  }
}
