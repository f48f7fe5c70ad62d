import Fetch

/// Hosts that URLs found in certificates may name: names, or with a leading `*.` all below a domain; `*`: any that has a public address.
struct AllowedHosts: Hashable, Sendable {
  private let patterns: [String]

  /// - Parameter patterns: in lower case.
  init(_ patterns: [String]) { self.patterns = patterns }

  static let any = AllowedHosts(["*"])

  func allows(_ url: FetchURL) -> Bool { patterns.contains("*") || names(url) }

  /// Whether a pattern says which host, or whose: such a host may be on this machine or in an inner network.
  func names(_ url: FetchURL) -> Bool {
    patterns.contains { pattern in
      if pattern == "*" { return false }
      return pattern.hasPrefix("*.") ? url.host.hasSuffix(pattern.dropFirst()) : url.host == pattern
    }
  }

  /// For URLs that certificates name: inner addresses are asked only of hosts that the operator named.
  var reach: AddressReach { AddressReach { url in names(url) } }
}
