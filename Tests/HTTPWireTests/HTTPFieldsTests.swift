import NIOCore
import Testing

@testable import HTTPWire

@Suite("Fields")
struct HTTPFieldsTests {
  @Test("names compare without regard to case, values keep their order")
  func lookup() {
    var fields = HTTPFields()
    fields.append(name: "Via", value: "a")
    fields.append(name: "Content-Type", value: "text/html")
    fields.append(name: "via", value: "b")
    #expect(fields["VIA"] == "a")
    #expect(fields.all("via") == [Array("a".utf8), Array("b".utf8)])
    #expect(fields.contains("content-type"))
    #expect(!fields.contains("content-typ"))
    #expect(fields.count == 3)
  }

  @Test("letters fold, other characters that differ by the same bit do not")
  func folding() {
    var fields = HTTPFields()
    fields.append(name: "a_b", value: "1")
    #expect(!fields.contains("a\u{7F}b"))
    fields.append(name: "x@", value: "1")
    #expect(!fields.contains("x`"))
  }

  @Test("set replaces all fields of a name, remove takes them away")
  func changing() {
    var fields = HTTPFields()
    fields.append(name: "X", value: "1")
    fields.append(name: "Y", value: "2")
    fields.append(name: "x", value: "3")
    fields.set(name: "X", value: "4")
    #expect(fields.all("x") == [Array("4".utf8)])
    fields.remove("x")
    #expect(!fields.contains("X"))
    #expect(fields["y"] == "2")
  }

  @Test("CR, LF and NUL never get into a field")
  func injection() {
    var fields = HTTPFields()
    fields.append(name: "X\r\nEvil", value: Array("a\r\nSet-Cookie: b\0c".utf8))
    var seen: [(String, String)] = []
    fields.forEach { seen.append((String(decoding: $0, as: UTF8.self), String(decoding: $1, as: UTF8.self))) }
    #expect(seen.count == 1)
    #expect(seen[0] == ("XEvil", "aSet-Cookie: bc"))
  }

  @Test("numbers are written as decimals", arguments: [0, 7, 10, 65536, Int.max])
  func decimals(number: Int) {
    var fields = HTTPFields()
    fields.append(name: "Content-Length", value: HTTPDecimal(number))
    #expect(fields["content-length"] == "\(number)")
  }

  @Test("list members are found whole")
  func listMembers() {
    let value = Array("keep-alive, Upgrade ,closed".utf8)
    value.withUnsafeBytes { value in
      #expect(value.hasListMember("upgrade"))
      #expect(value.hasListMember("keep-alive"))
      #expect(!value.hasListMember("close"))
    }
  }

  @Test("the origin-form of a target")
  func originForm() {
    let cases = [
      "/a?b": "/a?b", "http://h/a": "/a", "http://h": "/", "http://h?x": "/?x", "https://h:1/": "/", "*": "*",
    ]
    for (target, expected) in cases {
      let head = HTTPRequestHead(method: .get, target: Array(target.utf8), version: .http1_1, fields: HTTPFields())
      #expect(String(decoding: head.originForm, as: UTF8.self) == expected)
    }
  }
}
