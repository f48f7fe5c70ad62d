import PKI

/// Certificates in files, PEM or DER, with the path in every error.
public enum CertificateFile {
  /// The first certificate of the file.
  public static func read(_ path: String) throws(AuthorityError) -> Certificate {
    guard let first = try all(path).first else { throw .unreadable(path: path, problem: "has no certificate") }
    return first
  }

  /// Every certificate of the file, in its order.
  public static func all(_ path: String) throws(AuthorityError) -> [Certificate] {
    let bytes = try FileReader.bytes(of: path, limit: 64 << 20)
    do {
      guard isPEM(bytes) else { return [try Certificate(der: bytes)] }
      let labels: Set = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]
      return try PEM.decode(bytes).filter { labels.contains($0.label) }.map { try Certificate(der: $0.bytes) }
    } catch {
      throw .unreadable(path: path, problem: "is not a certificate: \(FaultText.of(error))")
    }
  }

  /// DER begins with the tag of a SEQUENCE.
  static func isPEM(_ bytes: [UInt8]) -> Bool { bytes.first != 0x30 }
}

/// Certificate signing requests in files, PEM or DER.
public enum RequestFile {
  public static func read(_ path: String) throws(AuthorityError) -> CertificateSigningRequest {
    let bytes = try FileReader.bytes(of: path, limit: 1 << 20)
    let request: CertificateSigningRequest
    do {
      request =
        try CertificateFile.isPEM(bytes) ? CertificateSigningRequest(pem: bytes) : CertificateSigningRequest(der: bytes)
    } catch {
      throw .unreadable(path: path, problem: "is not a certificate signing request: \(FaultText.of(error))")
    }
    // Which of them was meant is not ours to say.
    let lines = String(decoding: CertificateFile.isPEM(bytes) ? bytes : [], as: UTF8.self).split(separator: "\n")
    let blocks = lines.count { $0.hasPrefix("-----BEGIN ") && $0.contains("CERTIFICATE REQUEST-----") }
    guard blocks < 2 else {
      throw .unreadable(path: path, problem: "has \(blocks) requests: put each into a file of its own")
    }
    return request
  }
}

/// Certificate revocation lists in files, PEM or DER.
public enum RevocationListFile {
  /// The first list of the file.
  public static func read(_ path: String) throws(AuthorityError) -> CertificateRevocationList {
    let bytes = try FileReader.bytes(of: path)
    do {
      return try CertificateFile.isPEM(bytes)
        ? CertificateRevocationList(pem: bytes) : CertificateRevocationList(der: bytes)
    } catch {
      throw .unreadable(path: path, problem: "is not a revocation list: \(FaultText.of(error))")
    }
  }
}
