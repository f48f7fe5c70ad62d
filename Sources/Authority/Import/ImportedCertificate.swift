import PKI

/// A certificate on its way into the ledger.
struct ImportedCertificate: Sendable {
  var row: IndexRow
  /// Absent when no file of it was found.
  var certificate: Certificate?
  var certificatePath: String?
  var keyPath: String?
  /// The file's name without suffix, or the common name.
  var name: String
}
