import ConfigModel
import ConfigSyntax
import PKI
import Trust
import TrustFeeds

/// Whom a server block trusts to vouch for clients, read from its files.
struct ClientTrust {
  let snapshot: TrustSnapshot
  /// The CAs of `ssl_client_certificate`, whose names are sent to clients.
  let named: [Certificate]

  /// `nil` where no certificate is asked for.
  init?(_ settings: TLSSettings, generation: UInt64) throws(Diagnostic) {
    guard settings.verifyClient != .off else { return nil }
    named = try Self.authorities(settings.clientCertificate, directive: "ssl_client_certificate")
    let others = try Self.authorities(settings.trustedCertificate, directive: "ssl_trusted_certificate")
    let authorities = named + others
    snapshot = TrustSnapshot(
      generation: generation, authorities: authorities,
      crls: try Self.crls(settings.crl, authorities: authorities))
  }

  private static func authorities(_ file: PathReference?, directive: String) throws(Diagnostic) -> [Certificate] {
    guard let file else { return [] }
    let bytes = try file.bytes(for: directive)
    do throws(TrustFileError) {
      return try TrustFile.certificates(in: bytes, path: file.path)
    } catch {
      throw Diagnostic("\(error) (\(directive))", at: file.position)
    }
  }

  /// Every list is held against the CAs here: one that a CA of its name did not sign is no list.
  private static func crls(_ files: [PathReference], authorities: [Certificate]) throws(Diagnostic) -> CRLIndex? {
    guard !files.isEmpty else { return nil }
    var lists: [[UInt8]] = []
    var origins: [PathReference] = []
    for file in files {
      let found = try revocationLists(file)
      lists += found
      origins += Array(repeating: file, count: found.count)
    }
    let index = try index(lists, origins)
    for (position, file) in origins.enumerated() where !index.isPlausible(position, among: authorities) {
      throw Diagnostic("\(file.path): the CRL's signature is not its issuer's (ssl_crl)", at: file.position)
    }
    return index
  }

  private static func index(_ lists: [[UInt8]], _ origins: [PathReference]) throws(Diagnostic) -> CRLIndex {
    do throws(CRLIndexError) {
      return try CRLIndex(der: lists)
    } catch {
      let file = origins[error.position]
      throw Diagnostic("\(file.path): not a CRL: \(error.reason) (ssl_crl)", at: file.position)
    }
  }

  private static func revocationLists(_ file: PathReference) throws(Diagnostic) -> [[UInt8]] {
    let bytes = try file.bytes(for: "ssl_crl")
    do throws(TrustFileError) {
      return try TrustFile.revocationLists(in: bytes, path: file.path)
    } catch {
      throw Diagnostic("\(error) (ssl_crl)", at: file.position)
    }
  }
}
