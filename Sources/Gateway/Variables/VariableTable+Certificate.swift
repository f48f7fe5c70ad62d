extension VariableTable {
  /// The client's certificate; nothing where it sent none. Names of SANs, RFC 9440 and XFCC are those of a verified one.
  static let certificates: [String: VariableGetter] = [
    "ssl_client_verify": { request, out in
      guard request.isTLS else { return false }
      out.append(contentsOf: request.certificate?.verify ?? Array("NONE".utf8))
      return true
    },
    "ssl_client_s_dn": text { $0.subject },
    "ssl_client_i_dn": text { $0.issuer },
    "ssl_client_s_dn_legacy": text { $0.legacySubject },
    "ssl_client_i_dn_legacy": text { $0.legacyIssuer },
    "ssl_client_serial": text { $0.serial },
    "ssl_client_fingerprint": text { $0.fingerprint },
    "ssl_client_fingerprint_sha256": text { $0.fingerprintSHA256 },
    "ssl_client_cert": text { $0.foldedPEM },
    "ssl_client_raw_cert": text { $0.pem },
    "ssl_client_escaped_cert": text { $0.escapedPEM },
    "ssl_client_v_start": text { $0.notBefore },
    "ssl_client_v_end": text { $0.notAfter },
    "ssl_client_v_remain": { request, out in
      guard let days = request.certificate?.remainingDays(at: WallClock.now.seconds) else { return false }
      out.append(decimal: days)
      return true
    },
    "ssl_client_san_dns": text { $0.dnsNames },
    "ssl_client_san_uri": text { $0.uris },
    "ssl_client_san_email": text { $0.emails },
    "ssl_client_san_ip": text { $0.addresses },
    "ssl_client_cert_rfc9440": text { $0.rfc9440 },
    "ssl_client_xfcc": text { $0.forwarded },
  ]

  private static func text(_ value: @escaping @Sendable (CertificateTexts) -> [UInt8]?) -> VariableGetter {
    { request, out in
      guard let certificate = request.certificate, let text = value(certificate) else { return false }
      out.append(contentsOf: text)
      return true
    }
  }
}
