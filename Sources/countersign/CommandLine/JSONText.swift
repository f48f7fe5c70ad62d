import FoundationEssentials
import PKI

/// What `--json` prints: sorted members, readable, invisible characters as `\uXXXX`, one trailing newline from `print`.
enum JSONText {
  static func of(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = (try? encoder.encode(value)) ?? Data()
    return VisibleText.escapedJSON(String(decoding: data, as: UTF8.self))
  }
}
