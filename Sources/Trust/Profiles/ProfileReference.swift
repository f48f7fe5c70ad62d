/// docs/verifier-profiles.md, as the rules themselves have it.
public enum ProfileReference {
  public static func markdown() -> String {
    let groups: [(title: String, rules: [ProfileRule])] = [
      ("Certificates", ProfileRule.certificateRules + ProfileRule.extensionRules),
      ("CAs", ProfileRule.authorityRules), ("CRLs", ProfileRule.listRules), ("Servers", ProfileRule.serverRules),
    ]
    let tables = groups.map { group in
      let rows = group.rules.map(row).joined(separator: "\n")
      return """
        ## \(group.title)

        | rule | clause | what is asked | `compatible` | `strict` |
        | --- | --- | --- | --- | --- |
        \(rows)

        """
    }
    return ([introduction] + tables).joined(separator: "\n")
  }

  private static func row(_ rule: ProfileRule) -> String {
    let compatible = rule.compatible.map { "refuses: `\($0.rawValue)`" } ?? "accepts"
    return "| \(rule.id) | \(rule.clause) | \(rule.demand) | \(compatible) | refuses: `\(rule.strict.rawValue)` |"
  }

  private static let introduction = """
    # Profiles of the verifier

    `ssl_verify_profile` (clients), `proxy_ssl_verify_profile` (upstreams), `countersign verify --profile` and `"profile"` in
    its batches choose how much is asked of a chain beyond what RFC 5280 §6 asks of those who verify:

    - `compatible`, the default, puts up with what sound PKIs make every day
      ([decision 14](decisions/0014-what-the-verifier-insists-on.md)).
    - `strict` insists on all that RFC 5280 §4 and §5 demand ("MUST") of a conforming CA, of every certificate of the path,
      the anchor's included, and of every CRL it rests on. For a server's certificate it also holds the path against the
      form that the CA/Browser Forum's Baseline Requirements (BR) give to TLS certificates.

    A refusal of `strict` names one of three rules (`nonconforming`, `crlNonconforming`, `serverProfile`); its detail begins
    with the name from the first column.

    What `strict` does not ask: lifetimes, policy identifiers, public domain names and what else only binds public CAs.
    Public suffixes are those of the registries in `/usr/share/publicsuffix/public_suffix_list.dat` (Debian's package
    `publicsuffix`), read once for each process. Without that file no wildcard can be judged, and `strict` refuses each.

    This page is made from the rules themselves; a test holds it.

    """
}
