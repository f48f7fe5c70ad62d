import ConfigModel
import ConfigSyntax
import PKI
import TrustFeeds

/// `ssl_stapling_file`: a response kept ready by the operator.
///
/// Deviation: nginx staples it to every certificate. Here, of several certificates, it goes to those it speaks of: clients
/// take a response about another certificate for a failure.
struct StapleFile: Sendable {
  private let bytes: [UInt8]
  private let response: OCSPResponse

  /// - Throws: the file can't be read, or is no response.
  init(_ file: PathReference) throws(Diagnostic) {
    bytes = try file.bytes(for: "ssl_stapling_file", limit: .responses)
    do throws(PKIError) {
      response = try OCSPResponse(der: bytes)
    } catch {
      throw Diagnostic("\"\(file.path)\" (ssl_stapling_file) is no OCSP response: \(error)", at: file.position)
    }
  }

  /// - Parameter isAlone: the server has this certificate only.
  func response(for chain: [[UInt8]], isAlone: Bool) -> [UInt8]? {
    if isAlone { return bytes }
    guard let leaf = chain.first.flatMap({ try? Certificate(der: $0) }) else { return nil }
    return response.basic?.responses.contains { $0.certID.hasSubject(leaf) } == true ? bytes : nil
  }
}

extension OCSPCertID {
  /// Whether this may be `certificate`, as far as can be told without its issuer's key.
  fileprivate func hasSubject(_ certificate: Certificate) -> Bool {
    guard serialNumber == certificate.serialNumber else { return false }
    return hasIssuer(named: certificate.issuer)
  }
}
