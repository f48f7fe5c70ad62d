import ConfigModel
import ConfigSyntax
import Cryptography
import PKI
import Trust

/// Whether a list that was brought may be taken, whatever is held.
enum CRLPushCheck {
  /// The one CRL in a body, DER or PEM.
  static func offer(in body: [UInt8]) throws(CRLPushRefusal) -> OfferedRevocationList {
    guard let first = body.first else { throw .empty }
    let der = first == 0x30 ? body : try list(inPEM: body)
    do throws(DERError) {
      return try OfferedRevocationList(der: der)
    } catch {
      throw .malformed("\(error)")
    }
  }

  private static func list(inPEM body: [UInt8]) throws(CRLPushRefusal) -> [UInt8] {
    let blocks: [PEMBlock]
    do throws(PKIError) {
      blocks = try PEM.decode(body)
    } catch {
      throw .malformed("\(error)")
    }
    guard let list = blocks.first else { throw .malformed("neither DER nor PEM") }
    guard blocks.count == 1 else { throw .several(blocks.count) }
    guard list.label == "X509 CRL" else { throw .malformed("a \(list.label) where an X509 CRL is expected") }
    return list.bytes
  }

  /// Its signer, its times, its extensions.
  static func check(
    _ offer: OfferedRevocationList, _ settings: TLSSettings, _ trusted: [Certificate], at now: UnixTime
  ) throws(CRLPushRefusal) {
    let issuer = offer.summary.issuer.rfc2253
    switch offer.signer(among: try authorities(settings, trusted)) {
    case .known: break
    case .unknown: throw .unknownIssuer(issuer)
    case .foreign: throw .foreignSignature(issuer)
    case .unauthorized: throw .unauthorizedSigner(issuer)
    }
    if let oid = offer.unknownCritical { throw .unknownCriticalExtension(oid) }
    switch offer.timeFault(at: now) {
    case .notYetValid(let thisUpdate): throw .notYetValid(thisUpdate: thisUpdate)
    case .expired(let nextUpdate): throw .expired(nextUpdate: nextUpdate)
    case nil: break
    }
  }

  /// Of files that are bad by now what is in effect of them counts.
  private static func authorities(
    _ settings: TLSSettings, _ trusted: [Certificate]
  ) throws(CRLPushRefusal) -> [Certificate] {
    do throws(Diagnostic) {
      return try trusted + ClientTrust.authorities(settings.clientCertificate, directive: "ssl_client_certificate")
        + ClientTrust.authorities(settings.trustedCertificate, directive: "ssl_trusted_certificate")
    } catch {
      guard trusted.isEmpty else { return trusted }
      throw .unreadable(error.description)
    }
  }
}
