import PKI

/// The words by which operators name certificates, and what comes near them.
public enum CertificateQuery {
  /// Whether the word can only be a path. A bare word never is one, whatever files lie about.
  public static func isPath(_ query: String) -> Bool {
    ["/", "./", "../"].contains { query.hasPrefix($0) }
  }

  /// A certificate as far as its names go.
  struct Known {
    let folder, name, serial: String
    /// Of the ledger's index: `dns:a.example`.
    let key: String

    /// What finds it, typed into a shell as it stands.
    var word: String {
      let isPlain = name.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "._@+-".utf8.contains(byte)
      }
      return folder.isEmpty || name.isEmpty || !isPlain ? serial : "\(folder)/\(name)"
    }

    fileprivate var texts: [String] {
      let value = key.firstIndex(of: ":").map { String(key[key.index(after: $0)...]) } ?? key
      return [name.lowercased(), "\(folder)/\(name)".lowercased(), value, key]
    }
  }

  /// The digits of a number in hexadecimal, with or without `0x` and colons; nil for anything else.
  static func hexDigits(_ query: String) -> String? {
    let plain = query.lowercased().hasPrefix("0x") ? query.dropFirst(2) : query[...]
    let digits = plain.filter { $0 != ":" }
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
    return digits.count.isMultiple(of: 2) ? digits : "0" + digits
  }

  /// Five at most, the nearest first.
  static func near(_ query: String, among known: [Known]) -> [String] {
    let asked = query.lowercased()
    let digits = hexDigits(query).flatMap { query.count >= 4 ? $0 : nil }
    var best: [String: Int] = [:]
    for one in known {
      if let digits, one.serial.lowercased().hasPrefix(digits.lowercased()) { best[one.serial] = 0 }
      guard let distance = one.texts.compactMap({ distance(asked, $0) }).min() else { continue }
      best[one.word] = min(best[one.word] ?? .max, distance)
    }
    return best.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(5).map(\.key)
  }

  /// Nil when the two are not near each other: neither begins the other, and more than a third would have to change.
  static func distance(_ asked: String, _ text: String) -> Int? {
    guard asked.count > 1, text.count > 1 else { return nil }
    if text.hasPrefix(asked) || (text.count > 2 && asked.hasPrefix(text)) { return 1 }
    if asked.count > 2, text.contains(asked) { return 2 }
    let limit = min(3, max(1, asked.count / 3))
    guard abs(asked.count - text.count) <= limit, asked.count <= 64 else { return nil }
    let edits = edits(Array(asked), Array(text))
    return edits <= limit ? edits : nil
  }

  /// Levenshtein's distance; two neighbours exchanged count as one edit.
  private static func edits(_ one: [Character], _ other: [Character]) -> Int {
    var before: [Int] = []
    var last = Array(0...other.count)
    for (row, letter) in one.enumerated() {
      var next = [row + 1]
      for (column, against) in other.enumerated() {
        var cost = min(last[column + 1] + 1, next[column] + 1, last[column] + (letter == against ? 0 : 1))
        if row > 0, column > 0, letter == other[column - 1], one[row - 1] == against {
          cost = min(cost, before[column - 1] + 1)
        }
        next.append(cost)
      }
      (before, last) = (last, next)
    }
    return last[other.count]
  }

  /// A candidate of an ambiguous query: the word that finds it, its serial, and what it is.
  static func line(_ record: CertificateRecord, at now: UnixTime) -> String {
    let word = Known(folder: record.folder, name: record.name, serial: record.serial, key: "").word
    return
      "\(word)  \(record.serial)  \(record.subject), \(record.status(at: now).rawValue) until \(record.notAfter.rfc3339)"
  }
}
