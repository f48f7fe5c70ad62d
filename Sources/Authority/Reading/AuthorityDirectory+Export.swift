import Cryptography
import PKI

extension AuthorityDirectory {
  /// The certificate itself in PEM.
  public func pem(of record: CertificateRecord) throws(AuthorityError) -> [UInt8] { try certificate(of: record).pem }

  /// The certificate and its intermediates in PEM; the root as well `withRoot`.
  public func chainPEM(of record: CertificateRecord, withRoot: Bool) throws(AuthorityError) -> [UInt8] {
    let above = try chain(above: record).filter { withRoot || $0.subject != $0.issuer }
    return ([try certificate(of: record)] + above).flatMap(\.pem)
  }

  /// Key, certificate and the whole chain as PKCS#12 (RFC 7292).
  ///
  /// - Parameters:
  ///   - keyPath: nil: where the ledger knows it to be.
  ///   - legacy: 3DES and SHA-1, for old key stores.
  ///   - passphrase: asked when the key is encrypted.
  public func p12(
    of record: CertificateRecord, keyPath: String? = nil, friendlyName: String? = nil, password: SecretBytes,
    legacy: Bool = false, passphrase: () -> SecretBytes?
  ) throws(AuthorityError) -> [UInt8] {
    guard let path = keyPath ?? record.keyPath else {
      throw .invalidValue(what: "certificate", value: record.label, accepted: "one whose key is here, or --key FILE")
    }
    let key = try KeyFile.read(path, passphrase: passphrase)
    let certificate = try certificate(of: record)
    guard key.publicKey.subjectPublicKeyInfo == certificate.subjectPublicKeyInfo else {
      throw .keyMismatch(key: path, certificate: record.certificatePath ?? record.serial)
    }
    let chain = try chain(above: record).map(\.der)
    do {
      return try PKCS12.encode(
        key: key, certificate: certificate.der, chain: chain, friendlyName: friendlyName ?? record.name,
        password: password, legacy: legacy)
    } catch {
      throw .cryptography(operation: "writing PKCS#12", problem: "\(FaultText.of(error))")
    }
  }

  /// `NAME.p12` beside the certificate.
  public func p12Path(of record: CertificateRecord) -> String {
    let name = record.name.isEmpty ? record.serial : record.name
    guard let path = record.place(in: layout) else {
      return layout.leaf(LeafFolder(rawValue: record.folder) ?? .client, name).p12
    }
    return LeafFiles(out: path, name: name).p12
  }

  /// The certificate from the ledger.
  public func certificate(of record: CertificateRecord) throws(AuthorityError) -> Certificate {
    guard let der = record.der else {
      throw .ledger(
        path: layout.ledger, problem: "\(record.serial) was imported without its certificate", isFull: false)
    }
    do { return try Certificate(der: der) } catch {
      throw .ledger(path: layout.ledger, problem: "certificate \(record.serial): \(FaultText.of(error))", isFull: false)
    }
  }

  private func chain(above record: CertificateRecord) throws(AuthorityError) -> [Certificate] {
    let issuer = try authority(record.authority)
    return [issuer.certificate] + issuer.above
  }
}
