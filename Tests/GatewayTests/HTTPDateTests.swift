import Testing

@testable import Gateway

@Suite("HTTP dates")
struct HTTPDateTests {
  @Test(
    "the three forms of RFC 9110 §5.6.7 mean the same moment",
    arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
  func forms(_ text: String) {
    #expect(HTTPDate.seconds(Array(text.utf8)) == 784_111_777)
  }

  @Test(
    "dates are written as RFC 9110 prefers",
    arguments: [
      (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
    ])
  func written(_ seconds: Int64, _ text: String) {
    #expect(String(decoding: HTTPDate.text(seconds), as: UTF8.self) == text)
    #expect(HTTPDate.seconds(Array(text.utf8)) == seconds)
  }

  @Test(
    "what is no date is none",
    arguments: ["", "yesterday", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:00:00 GMT"])
  func refused(_ text: String) {
    #expect(HTTPDate.seconds(Array(text.utf8)) == nil)
  }
}

@Suite("Ranges")
struct RangeFieldTests {
  @Test(
    "ranges are read as RFC 9110 §14.1.2 has them",
    arguments: [
      ("bytes=0-4", [0..<5]), ("bytes=5-", [5..<10]), ("bytes=-3", [7..<10]), ("bytes=-20", [0..<10]),
      ("bytes=8-20", [8..<10]), ("bytes= 0 - 1 , 3-4", [0..<2, 3..<5]), ("bytes=0-0,20-30", [0..<1]),
    ])
  func ranges(_ text: String, _ expected: [Range<Int>]) {
    #expect(RangeField.parse(Array(text.utf8), length: 10) == .ranges(expected))
  }

  @Test(
    "ranges beyond the body and malformed ones are not satisfiable",
    arguments: ["bytes=10-", "bytes=a-", "bytes=20-30,-0", "bytes=1"])
  func unsatisfiable(_ text: String) {
    #expect(RangeField.parse(Array(text.utf8), length: 10) == .unsatisfiable)
  }

  @Test("other units, and more than the whole, are ignored", arguments: ["items=0-4", "bytes=0-9,0-9", ""])
  func ignored(_ text: String) {
    #expect(RangeField.parse(Array(text.utf8), length: 10) == .ignored)
  }
}
