/// What answers in a location, where a directive names it.
public enum ContentSetting: Sendable {
  case proxyPass(ProxyPass)
  case metrics(MetricsFormat)
  case stubStatus
}

/// `metrics`.
public enum MetricsFormat: String, Hashable, Sendable, CaseIterable {
  case prometheus
  case json
}
