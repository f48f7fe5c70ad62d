import PKI

/// Everything trust rests on at one moment: immutable, replaced whole.
public final class TrustSnapshot: Sendable {
  /// Distinguishes snapshots; later ones have greater numbers.
  public let generation: UInt64
  public let anchors: [Certificate]
  /// Known CAs that end no path by themselves.
  public let intermediates: [Certificate]
  /// Nil when no CRL was configured.
  public let crls: CRLIndex?
  /// Who vouches for SPIFFE IDs, by trust domain; empty: SPIFFE IDs are names like others.
  public let domains: [String: TrustSnapshot]
  let anchorIndex: CertificateIndex
  let intermediateIndex: CertificateIndex

  public init(
    generation: UInt64, anchors: [Certificate], intermediates: [Certificate] = [], crls: CRLIndex? = nil,
    domains: [String: TrustSnapshot] = [:]
  ) {
    self.generation = generation
    self.domains = domains
    self.anchors = anchors
    self.intermediates = intermediates
    self.crls = crls
    anchorIndex = CertificateIndex(anchors.map(ExaminedCertificate.init))
    intermediateIndex = CertificateIndex(intermediates.map(ExaminedCertificate.init))
  }

  /// CA certificates as OpenSSL takes a file of them: the self-signed are anchors, the rest is there to build with.
  ///
  /// - Parameter bundles: the authorities of SPIFFE trust domains, each an anchor (SPIFFE Trust Domain and Bundle §4).
  public convenience init(
    generation: UInt64, authorities: [Certificate], bundles: [String: [Certificate]] = [:], crls: CRLIndex? = nil
  ) {
    let isRoot = authorities.map { ExaminedCertificate($0).looksSelfSigned }
    self.init(
      generation: generation, anchors: zip(authorities, isRoot).filter(\.1).map(\.0),
      intermediates: zip(authorities, isRoot).filter { !$1 }.map(\.0), crls: crls,
      domains: bundles.mapValues { TrustSnapshot(generation: generation, anchors: $0, crls: crls) })
  }

  /// Whether `certificate` was configured, as an anchor or to build with.
  func contains(_ certificate: ExaminedCertificate) -> Bool {
    anchorIndex.named(certificate.subject).contains(certificate)
      || intermediateIndex.named(certificate.subject).contains(certificate)
  }

  /// The same CAs with other CRLs.
  public func replacing(crls: CRLIndex?, generation: UInt64) -> TrustSnapshot {
    TrustSnapshot(
      generation: generation, anchors: anchors, intermediates: intermediates, crls: crls,
      domains: domains.mapValues { $0.replacing(crls: crls, generation: generation) })
  }
}

/// Certificates by subject, each once.
struct CertificateIndex: Sendable {
  let all: [ExaminedCertificate]
  private let bySubject: [DistinguishedNameKey: [ExaminedCertificate]]

  init(_ certificates: [ExaminedCertificate]) {
    var seen: Set<ExaminedCertificate> = []
    all = certificates.count < 2 ? certificates : certificates.filter { seen.insert($0).inserted }
    bySubject = Dictionary(grouping: all, by: \.subject)
  }

  var names: some Collection<DistinguishedNameKey> { bySubject.keys }

  func named(_ subject: DistinguishedNameKey) -> [ExaminedCertificate] { bySubject[subject] ?? [] }
}
