import PKI

/// A certificate on its way into the ledger.
struct ImportedCertificate: Sendable {
  var row: IndexRow
  /// Absent when no file of it was found.
  var certificate: Certificate?
  /// In the imported directory; in this one when the copies were settled.
  var certificatePath: String?
  var keyPath: String?
  /// The file's name without suffix, or the common name.
  var name: String

  private var isAuthority: Bool { (try? certificate?.basicConstraints())?.isCA ?? false }

  var profile: String { isAuthority ? "intermediate_ca" : certificate?.likelyProfile ?? "unknown" }

  /// Of the ledger; empty where nobody knows what it is for.
  var folder: String {
    switch profile {
    case "intermediate_ca": "ca"
    case "usr_cert": "client"
    case "unknown": ""
    default: "server"
    }
  }

  var isRevoked: Bool { if case .revoked = row.state { true } else { false } }
}
