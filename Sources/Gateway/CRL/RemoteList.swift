import ConfigSyntax
import Fetch
import PKI

/// A CRL at a URL, and what the configuration says of fetching it.
struct RemoteList: Sendable {
  let url: FetchURL
  /// Where the copy is kept; empty: nowhere.
  var path = ""
  /// The directive's place.
  let position: SourcePosition?
  /// Whom a https server is verified by.
  let tls: FetchTLS?
  /// `ssl_crl_hosts`: where the server may redirect to, beside itself.
  let hosts: AllowedHosts
  /// The operator wrote the URL; else a certificate names it.
  let isConfigured: Bool
  /// `ssl_crl_max_size`.
  let mostBytes: Int
  /// `ssl_crl_refresh`.
  let refresh: Duration
  /// `ssl_crl_grace`.
  let grace: Duration
  /// The CAs at hand, for each server that relies on the list: one of each must have signed it.
  var signers: [[Certificate]]

  private static let mostRedirects = 3
  private static let connectLimit = Duration.seconds(5)

  /// - Parameter validators: of the copy there is, which need not be sent again (RFC 9110 §13.1).
  func request(_ validators: ListValidators?, within limit: Duration) -> FetchRequest {
    var request = FetchRequest(.get, url, fields: validators?.conditions ?? [], tls: tls)
    request.limits.total = limit
    request.limits.connect = min(limit, Self.connectLimit)
    request.limits.body = mostBytes
    request.reach = AddressReach { [url, hosts, isConfigured] target in
      isConfigured && target.host == url.host || hosts.names(target)
    }
    request.redirects = RedirectRule(limit: Self.mostRedirects) { [url, hosts] target in
      target.scheme != .unix && (target.host == url.host || hosts.allows(target))
    }
    return request
  }
}

/// By which a server tells whether a copy is still what it has (RFC 9110 §8.8).
struct ListValidators: Hashable, Sendable {
  var etag: String?
  var lastModified: String?

  init(etag: String? = nil, lastModified: String? = nil) {
    self.etag = etag
    self.lastModified = lastModified
  }

  init(_ response: FetchResponse) {
    etag = response.field("etag")
    lastModified = response.field("last-modified")
  }

  var conditions: [FetchRequest.Field] {
    [etag.map { FetchRequest.Field("If-None-Match", $0) }, lastModified.map { .init("If-Modified-Since", $0) }]
      .compactMap { $0 }
  }
}
