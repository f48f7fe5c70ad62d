import Authority
import ContentService
import PKI

/// `authority_crl`: the newest CRL of a CA (RFC 5280 §4.2.1.13).
///
/// Caches are told to ask again after an hour although the list is good until nextUpdate: it is written anew with each
/// revocation, and its ETag makes asking cheap.
enum PublishedRevocationList: PublishedFile {
  private static let longest = Duration.seconds(3600)

  static func response(_ authority: PublishedAuthority, isPEM: Bool, at now: UnixTime) -> ServiceResponse? {
    let record = authority.record
    guard let der = record.crl, let thisUpdate = authority.thisUpdate else { return nil }
    var response = ServiceResponse(
      status: 200, contentType: isPEM ? "application/x-pem-file" : "application/pkix-crl",
      body: isPEM ? PEM.encode(label: "X509 CRL", der: der) : der)
    // No two CRLs of a CA have one number (RFC 5280 §5.2.3).
    let identity = String(thisUpdate.seconds, radix: 16) + "-" + record.crlNumber
    response.etag = isPEM ? "\"\(identity)-pem\"" : "\"\(identity)\""
    response.lastModified = thisUpdate.seconds
    response.makeCacheable(until: min(record.crlNextUpdate ?? now, now + longest), at: now)
    return response
  }
}
