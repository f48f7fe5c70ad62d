/// Which redirects (RFC 9110 §15.4) a request follows: of GET alone, to the same scheme or from http to https.
public struct RedirectRule: Sendable {
  /// How many in a row; 0: a redirect is a response like others.
  public var limit: Int
  /// Whether the request may go there.
  public var allows: @Sendable (FetchURL) -> Bool

  public init(limit: Int, allows: @escaping @Sendable (FetchURL) -> Bool = { _ in true }) {
    self.limit = limit
    self.allows = allows
  }

  public static let none = RedirectRule(limit: 0)

  enum Decision {
    case deliver
    case follow(FetchURL)
    case fail(FetchError)
  }

  /// - Parameter hops: redirects followed so far.
  func decide(_ response: FetchResponse, to request: FetchRequest, hops: Int) -> Decision {
    guard limit > 0, request.method == .get, [301, 302, 303, 307, 308].contains(response.status),
      let location = response.field("location")
    else { return .deliver }
    guard hops < limit else { return .fail(.tooManyRedirects(limit)) }
    guard let url = request.url.resolving(location), Self.isNoWorse(url, than: request.url), allows(url),
      url.sharesOrigin(with: request.url) || !request.carriesSecrets
    else { return .fail(.redirectRefused(String(location.prefix(256)))) }
    return .follow(url)
  }

  private static func isNoWorse(_ url: FetchURL, than before: FetchURL) -> Bool {
    switch (before.scheme, url.scheme) {
    case (.http, .http), (.http, .https), (.https, .https): true
    case (.unix, .unix): url.host == before.host
    default: false
    }
  }
}

extension FetchRequest {
  /// What another server must not be shown.
  fileprivate var carriesSecrets: Bool {
    tls?.showsCertificate == true || fields.contains { ["authorization", "cookie"].contains($0.name.lowercased()) }
  }
}
