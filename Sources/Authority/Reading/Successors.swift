import PKI

/// The latest end of valid certificates of each subject, names and profile.
struct Successors {
  private struct Kind: Hashable {
    let profile, subject: String
    let names: Set<String>

    init(_ record: CertificateRecord) {
      (profile, subject, names) = (record.profile, record.subject, Set(record.alternativeNames))
    }
  }

  private var ends: [Kind: UnixTime] = [:]

  init(_ valid: [CertificateRecord]) {
    for record in valid {
      let kind = Kind(record)
      ends[kind] = max(ends[kind] ?? record.notAfter, record.notAfter)
    }
  }

  /// Whether another certificate stands for the same and lasts longer.
  func has(_ record: CertificateRecord) -> Bool { ends[Kind(record)].map { record.notAfter < $0 } ?? false }
}
