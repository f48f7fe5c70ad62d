import Foundation
import PKI
import Testing

@Suite("Strangers' text made visible")
struct VisibleTextTests {
  /// One of each kind, beside the nearest characters that readers see.
  @Test(
    "what a reader would not see is escaped",
    arguments: [
      "\u{0}", "\u{1F}", "\n", "\u{7F}", "\u{80}", "\u{9F}", "\u{AD}", "\u{34F}", "\u{61C}", "\u{115F}", "\u{180E}",
      "\u{200B}", "\u{200F}", "\u{202A}", "\u{202E}", "\u{2028}", "\u{2029}", "\u{2060}", "\u{2069}", "\u{3164}",
      "\u{E000}", "\u{FE0F}", "\u{FEFF}", "\u{FFA0}", "\u{378}", "\u{E0041}", "\u{10FFFD}",
    ])
  func invisible(_ text: String) throws {
    let value = try #require(text.unicodeScalars.first).value
    #expect(VisibleText.escaped("a\(text)b") == "a\\u{\(String(value, radix: 16))}b")
    #expect(VisibleText.fault(in: "a\(text)b") != nil)
  }

  @Test(
    "what a reader sees stays as it is",
    arguments: ["a b", "~", "!", "\u{A1}", "ä", "é", "日本", "العربية", "🙂", "a\\b"])
  func visible(_ text: String) {
    #expect(VisibleText.escaped(text) == text)
    #expect(VisibleText.fault(in: text) == nil)
  }

  @Test("a space at either end is a fault, one within is none", arguments: [" ", "\u{A0}", "\u{3000}"])
  func spaces(_ space: String) {
    #expect(VisibleText.fault(in: space + "a") != nil)
    #expect(VisibleText.fault(in: "a" + space) != nil)
    #expect(VisibleText.fault(in: "a\(space)a") == nil)
  }

  @Test("a text is cut at its limit and not one byte before; no character is cut through")
  func cut() {
    #expect(VisibleText.shortened("abcd", limit: 4) == "abcd")
    #expect(VisibleText.shortened("abcde", limit: 4) == "abcd…")
    #expect(VisibleText.shortened("abcä", limit: 4) == "abc…")
    #expect(VisibleText.shortened("\u{1F642}", limit: 3) == "…")
    #expect(VisibleText.shortened("", limit: 0) == "")
  }

  @Test("JSON keeps its values, and shows nothing that a reader would not see")
  func json() throws {
    let value = ["a\u{202E}b\u{7F}", "\u{E0041}\n\"ä\\"]
    let plain = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    let shown = VisibleText.escapedJSON(plain)
    #expect(try JSONDecoder().decode([String].self, from: Data(shown.utf8)) == value)
    #expect(VisibleText.escaped(shown) == shown)
    #expect(shown.contains("ä"))
  }

  @Test("lines of our own stay lines")
  func lines() { #expect(VisibleText.escapedLines("a\n\nb\u{1B}[2J") == "a\n\nb\\u{1b}[2J") }
}
