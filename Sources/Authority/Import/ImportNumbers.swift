import PKI

/// The counters of `openssl ca`.
struct ImportNumbers {
  private let source: ImportSource
  private(set) var damages: [ImportDamage] = []

  init(_ source: ImportSource) { self.source = source }

  /// `crlnumber` has the number of the next CRL; the last CRL itself may be ahead of it, or all there is (easy-rsa).
  mutating func lastCRLNumber() -> CRLCounter {
    let counted = number(source.crlNumber).flatMap(CRLCounter.init(hex:))?.previous
    let seen = source.crl.flatMap(numberOfCRL)
    return max(counted ?? CRLCounter(magnitude: []), seen ?? CRLCounter(magnitude: []))
  }

  /// Kept for the record: serial numbers are random from now on.
  mutating func nextSerial() -> String? { number(source.serial) }

  private mutating func number(_ path: String?) -> String? {
    guard let path else { return nil }
    guard let bytes = try? FileReader.bytes(of: path, limit: 4096) else {
      damages.append(ImportDamage(file: path, line: nil, problem: "cannot be read"))
      return nil
    }
    let line = String(decoding: bytes.prefix { $0 != 10 && $0 != 13 }, as: UTF8.self)
    guard !line.isEmpty, line.count <= 40, line.allSatisfy(\.isHexDigit) else {
      damages.append(ImportDamage(file: path, line: 1, problem: "\"\(line)\" is not a hexadecimal number"))
      return nil
    }
    return line
  }

  private func numberOfCRL(_ path: String) -> CRLCounter? {
    guard let bytes = try? FileReader.bytes(of: path) else { return nil }
    let crl = CertificateFile.isPEM(bytes) ? try? CertificateRevocationList(pem: bytes) : try? .init(der: bytes)
    return (try? crl?.crlNumber()).map { CRLCounter(magnitude: $0.bytes) }
  }
}
