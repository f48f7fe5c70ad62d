import GRDB
import PKI

/// One act: who, when, what, why.
public struct AuditRecord: Sendable, Hashable {
  public enum Action: String, Sendable {
    case initialize, intermediate, `import`, issue, renew, revoke, hold, release, crl, abandon, urls, recover, `default`
    case ocspSigner = "ocsp-signer"
  }

  public let at: UnixTime
  public let who: String
  public let action: String
  public let authority: String?
  public let serial: String?
  public let what: String
  public let why: String

  init(row: Row) {
    at = row.time("at") ?? UnixTime(0)
    who = row["who"]
    action = row["action"]
    authority = row["authority"]
    serial = row["serial"]
    what = row["what"]
    why = row["why"]
  }
}
