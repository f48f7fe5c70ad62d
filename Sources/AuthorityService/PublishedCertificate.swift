import Authority
import ContentService
import Cryptography
import PKI

/// `authority_certificate`: a CA's certificate (RFC 5280 §4.2.2.1), or in PEM its chain.
enum PublishedCertificate: PublishedFile {
  private static let longest = Duration.seconds(86_400)

  static func response(_ authority: PublishedAuthority, isPEM: Bool, at now: UnixTime) -> ServiceResponse? {
    let certificate = authority.record.certificate
    let chain = [certificate] + authority.record.above
    let body = isPEM ? chain.flatMap(\.pem) : certificate.der
    var response = ServiceResponse(
      status: 200, contentType: isPEM ? "application/pem-certificate-chain" : "application/pkix-cert", body: body)
    response.etag = EntityTag.of(body)
    response.lastModified = certificate.notBefore.seconds
    response.makeCacheable(until: min(certificate.notAfter, now + longest), at: now)
    return response
  }
}

/// A strong validator out of the content (RFC 9110 §8.8.3).
enum EntityTag {
  static func of(_ body: [UInt8]) -> String { "\"\(HexText.lower(Digest.sha256.hash(body).prefix(16)))\"" }
}
