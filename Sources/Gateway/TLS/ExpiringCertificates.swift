import PKI
import Trust

/// The certificates of a server that will end: its own, and those of the CAs that vouch for its clients.
struct ExpiringCertificates: Sendable {
  struct Entry: Hashable, Sendable {
    /// The file; `nil` for CAs, which share one.
    let path: String?
    let subject: String
    let serial: String
    let notBefore: UnixTime
    let notAfter: UnixTime
    let fingerprint: [UInt8]

    init(_ certificate: Certificate, path: String?) {
      self.path = path
      subject = certificate.subject.rfc2253
      serial = certificate.serialNumber.hexString
      notBefore = certificate.notBefore
      notAfter = certificate.notAfter
      fingerprint = certificate.fingerprint(.sha256)
    }
  }

  let certificates: [Entry]
  let authorities: [Entry]

  init(certificates: [Entry], authorities: [Entry]) {
    self.certificates = certificates
    self.authorities = authorities
  }

  /// - Parameter paths: the files of the server's certificates, in the order of its credentials.
  init(_ state: ServerTLS.State, paths: [String]) {
    certificates = zip(state.context.configuration.credentials, paths).compactMap { credential, path in
      credential.chain.first.flatMap { try? Certificate(der: $0) }.map { Entry($0, path: path) }
    }
    var seen: Set<[UInt8]> = []
    authorities = state.authorities.map { Entry($0, path: nil) }.filter { seen.insert($0.fingerprint).inserted }
  }
}

extension ServerTLS.State {
  /// Every CA that vouches for clients, in the server, its locations and trust domains; perhaps more than once.
  var authorities: [Certificate] { judges.flatMap { Self.authorities(of: $0.verifier.snapshot) } }

  private static func authorities(of snapshot: TrustSnapshot) -> [Certificate] {
    let domains = snapshot.domains.sorted { $0.key < $1.key }.map(\.value)
    return snapshot.anchors + snapshot.intermediates + domains.flatMap(authorities)
  }
}
