/// A list in OpenSSL's cipher language, made fit for the library.
///
/// The library skips names that it does not know (finite-field DHE, MD5, aNULL…) but stops at the `@` commands that it
/// lacks and accepts no list that leaves nothing.
struct CipherList {
  /// What the library is given.
  let rules: String
  /// Whether every name is a TLS 1.3 suite, which this language does not govern.
  let namesOnlyTLS13: Bool

  init(_ list: String) {
    let separators: Set<Character> = [":", ",", ";", " "]
    let words = list.split { separators.contains($0) }.map(Self.withoutSecurityLevel).filter { !$0.isEmpty }
      .map(Self.translate)
    namesOnlyTLS13 = !words.isEmpty && words.allSatisfy { $0.hasPrefix("TLS_") }
    // The engine has no pre-shared keys but of sessions, so suites that need them are dead weight. Behind a group of equal
    // preference, which is the library's own language, nothing may be taken away.
    rules = (words + (list.contains("[") ? [] : ["!aPSK"])).joined(separator: ":")
  }

  /// `DEFAULT@SECLEVEL=1` is one word to OpenSSL's users.
  private static func withoutSecurityLevel(_ word: Substring) -> Substring {
    guard let at = word.firstIndex(of: "@"), word[at...].hasPrefix("@SECLEVEL") else { return word }
    return word[..<at]
  }

  /// `DEFAULT` stands only at the front of the library's lists; `kEDH`-like names pass and are skipped.
  private static func translate(_ word: Substring) -> String {
    switch word {
    case "MEDIUM", "LOW", "EXP", "EXPORT", "COMPLEMENTOFDEFAULT", "COMPLEMENTOFALL": "UNKNOWN-\(word)"
    // What distributions put in place of a list.
    case "PROFILE=SYSTEM": "DEFAULT"
    case "SUITEB128": "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"
    case "SUITEB128ONLY": "ECDHE-ECDSA-AES128-GCM-SHA256"
    case "SUITEB192": "ECDHE-ECDSA-AES256-GCM-SHA384"
    case "ECDHE-RSA", "EECDH+aRSA": "ECDHE+aRSA"
    default: String(word)
    }
  }
}
