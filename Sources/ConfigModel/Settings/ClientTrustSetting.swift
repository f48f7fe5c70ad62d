import ConfigSyntax

/// Who vouches for clients in a place: `ssl_client_certificate` and the bundles of `ssl_client_spiffe_bundle`.
///
/// Equal where the same files are named, wherever that is.
public struct ClientTrustSetting: Sendable {
  public var certificate: PathReference?
  public var spiffeBundles: [SPIFFEBundleSetting]

  public init(certificate: PathReference? = nil, spiffeBundles: [SPIFFEBundleSetting] = []) {
    self.certificate = certificate
    self.spiffeBundles = spiffeBundles
  }

  public var isEmpty: Bool { certificate == nil && spiffeBundles.isEmpty }

  /// Where it is named first; `nil` where nothing is.
  public var position: SourcePosition? { certificate?.position ?? spiffeBundles.first?.file.position }

  /// The directive at `position`.
  public var directive: String { certificate == nil ? "ssl_client_spiffe_bundle" : "ssl_client_certificate" }

  public var files: [PathReference] { [certificate].compactMap { $0 } + spiffeBundles.map(\.file) }
}

extension ClientTrustSetting: Hashable {
  /// What tells it from others: equal for equal settings.
  public var key: [String] {
    [certificate?.path ?? ""]
      + spiffeBundles.sorted { $0.trustDomain < $1.trustDomain }.flatMap {
        [$0.trustDomain, $0.file.path]
      }
  }

  public static func == (a: Self, b: Self) -> Bool { a.key == b.key }
  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// `ssl_client_spiffe_bundle TRUST-DOMAIN FILE`.
public struct SPIFFEBundleSetting: Hashable, Sendable {
  /// Lower case.
  public var trustDomain: String
  public var file: PathReference

  public init(trustDomain: String, file: PathReference) {
    self.trustDomain = trustDomain
    self.file = file
  }
}

extension TLSSettings {
  public var clientTrust: ClientTrustSetting {
    ClientTrustSetting(certificate: clientCertificate, spiffeBundles: spiffeBundles)
  }

  /// A block that names any who vouch for clients takes none from the one around it: nobody vouches in a place who is not
  /// named there.
  mutating func beginClientTrust() {
    if $clientCertificate.isSet, !$spiffeBundles.isSet, let position = $clientCertificate.position {
      $spiffeBundles.set([], at: position)
    }
    if $spiffeBundles.isSet, !$clientCertificate.isSet, let position = $spiffeBundles.position {
      $clientCertificate.set(nil, at: position)
    }
  }
}
