import ConfigSyntax

/// What answers in a location, where a directive names it.
public enum ContentSetting: Sendable {
  case proxyPass(ProxyPass)
  case metrics(MetricsFormat)
  case stubStatus
  /// `ssl_crl_push`, and where it stands.
  case crlPush(SourcePosition)
  case authority(AuthorityContent)

  /// The directive's name.
  var directive: String {
    switch self {
    case .proxyPass: "proxy_pass"
    case .metrics: "metrics"
    case .stubStatus: "stub_status"
    case .crlPush: "ssl_crl_push"
    case .authority(let content): content.directive
    }
  }
}

/// `metrics`.
public enum MetricsFormat: String, Hashable, Sendable, CaseIterable {
  case prometheus
  case json
}
