import PKI

/// A ledger to be rebuilt, or brought up to what the files say.
public struct RecoveryRequest: Sendable {
  /// CRLs beside those of the directory: fetched from a gateway or a distribution point.
  public var lists: [String] = []
  /// Certificates beside those of the directory: files and folders.
  public var certificates: [String] = []
  /// Say what would be done and change nothing.
  public var isRehearsal = false
  /// For the audit log.
  public var why = ""

  public init() {}
}

/// What a recovery brought into the ledger, and what it could not.
public struct RecoveryReport: Sendable {
  public struct Authority: Sendable {
    public let name: String
    public let subject: String
    public let certificatePath: String
  }

  public struct Certificate: Sendable {
    public let serial: String
    public let authority: String
    public let subject: String
    /// Where it was found.
    public let path: String
  }

  public struct Revocation: Sendable {
    public let serial: String
    public let authority: String
    public let reason: RevocationReason
    public let date: UnixTime
    /// The list it is in, or `the audit log`.
    public let source: String
  }

  public internal(set) var authorities: [Authority] = []
  public internal(set) var certificates: [Certificate] = []
  public internal(set) var revocations: [Revocation] = []
  /// The highest CRL number seen of each CA whose number the ledger did not have.
  public internal(set) var numbers: [(authority: String, number: String)] = []
  /// Each for the operator: what is not known any more, and what helps.
  public internal(set) var notRecovered: [String] = []
  /// Where a damaged ledger is kept.
  public internal(set) var keptLedger: String?

  /// Whether the ledger lacked anything.
  public var isChange: Bool {
    !(authorities.isEmpty && certificates.isEmpty && revocations.isEmpty && numbers.isEmpty)
  }
}
