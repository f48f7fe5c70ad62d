/// What a response must be to count.
public struct OCSPPolicy: Hashable, Sendable {
  /// How far the responder's clock and ours may disagree; nginx's five minutes.
  public var skew: Duration
  /// How old a response may be that names no nextUpdate: there "newer information is always at hand" (RFC 6960 §2.4).
  public var maximumAge: Duration
  /// How long such a response is believed once it is here.
  public var lifeWithoutNextUpdate: Duration
  public var algorithms: AlgorithmPolicy
  /// Whether the signer must be the issuer, or one whom the issuer gave id-kp-OCSPSigning (§4.2.2.2).
  ///
  /// Off, the signature must still be that of the issuer or of a certificate in the response.
  public var requiresAuthorizedResponder: Bool

  public init(
    skew: Duration = .seconds(300), maximumAge: Duration = .seconds(3600),
    lifeWithoutNextUpdate: Duration = .seconds(60), algorithms: AlgorithmPolicy = .standard,
    requiresAuthorizedResponder: Bool = true
  ) {
    self.skew = skew
    self.maximumAge = maximumAge
    self.lifeWithoutNextUpdate = lifeWithoutNextUpdate
    self.algorithms = algorithms
    self.requiresAuthorizedResponder = requiresAuthorizedResponder
  }
}
