import PKI

/// Something made public or put on record that the ledger does not have: it was changed by hand, or is an older copy.
public enum LedgerContradiction: Sendable, Hashable {
  /// Revoked in a CRL and not in the ledger; also a final revocation that the ledger has as a hold.
  case published(RevokedEntry, list: String)
  /// Revoked by the audit log and not in the ledger.
  case audited(serial: SerialNumber, date: UnixTime, why: String)
  /// A CRL of this CA has a higher number than any that the ledger knows of.
  case numbered(list: String, number: String, known: String)

  var description: String {
    switch self {
    case .published(let entry, let list):
      "\(entry.serialNumber.hexString) is revoked in \(list) (\((entry.reason ?? .unspecified).name), \(entry.revocationDate.rfc3339))"
    case .audited(let serial, let date, let why):
      "\(serial.hexString) was revoked on \(date.rfc3339) by the audit log (\(why))"
    case .numbered(let list, let number, let known):
      "\(list) has the number \(number), the last one in the ledger is \(known.isEmpty ? "none" : known)"
    }
  }

  /// The first few, and the cure.
  static func text(_ contradictions: [LedgerContradiction], authority: String, directory: String) -> String {
    let shown = contradictions.prefix(10).map { "  " + $0.description }
    let more = contradictions.count > 10 ? ["  and \(contradictions.count - 10) more"] : []
    return
      (["the ledger of \(directory) lacks what the CA \(authority) has made known; no CRL was signed:"] + shown + more
      + [
        "an older copy was restored, or the ledger was changed: `countersign ca recover --dir \(directory)` puts it right (--dry-run shows how)"
      ]).joined(separator: "\n")
  }
}
