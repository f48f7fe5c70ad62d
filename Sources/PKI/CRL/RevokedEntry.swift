import Cryptography

/// One revoked certificate (RFC 5280 §5.1.2.6).
public struct RevokedEntry: Hashable, Sendable {
  public var serialNumber: SerialNumber
  public var revocationDate: UnixTime
  public var extensions: [CertificateExtension]

  public init(
    serialNumber: SerialNumber, revocationDate: UnixTime, reason: RevocationReason? = nil,
    invalidityDate: UnixTime? = nil
  ) {
    self.serialNumber = serialNumber
    self.revocationDate = revocationDate
    extensions = []
    // §5.3.1: unspecified is said by leaving the reason out.
    if let reason, reason != .unspecified { extensions.append(CertificateExtension(reason)) }
    if let invalidityDate { extensions.append(CertificateExtension(InvalidityDate(invalidityDate))) }
  }

  init(_ view: RevokedEntryView, in der: [UInt8]) {
    serialNumber = SerialNumber(bytes: Array(der[view.serial]))
    revocationDate = view.revocationDate
    guard var reader = view.extensionReader(der), let records = try? ExtensionRecord.list(&reader) else {
      extensions = []
      return
    }
    extensions = records.map { $0.materialized(der) }
  }

  /// Nil when absent (then it is unspecified) or damaged.
  public var reason: RevocationReason? { value(of: RevocationReason.self) }
  public var invalidityDate: UnixTime? { value(of: InvalidityDate.self)?.date }
  /// In an indirect CRL: whose certificates this entry and the following are about.
  public var certificateIssuer: [GeneralName]? { value(of: CertificateIssuer.self)?.names }

  private func value<Value: ExtensionValue>(of type: Value.Type) -> Value? {
    extensions.first { $0.oid == Value.oid }.flatMap { try? $0.decoded(as: type) }
  }

  func write(to writer: inout DERWriter) {
    writer.sequence {
      $0.primitive(.integer, serialNumber.bytes)
      $0.time(revocationDate)
      if !extensions.isEmpty { CertificateExtension.write(extensions, to: &$0) }
    }
  }
}
