/// working_public_key of RFC 5280 §6.1.2 (i) and §6.1.4 (d) to (f) for each depth: a DSA key without parameters takes
/// those of its issuer.
struct WorkingKeys {
  private let keys: [PublicKeyIdentity?]

  init(_ path: CandidatePath) {
    var above: PublicKeyIdentity?
    var keys: [PublicKeyIdentity?] = []
    for certificate in path.certificates.reversed() {
      above = certificate.key(under: above)
      keys.append(above)
    }
    self.keys = keys.reversed()
  }

  subscript(depth: Int) -> PublicKeyIdentity? { keys[depth] }
}
