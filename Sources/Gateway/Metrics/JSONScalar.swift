import ConfigModel

/// A value of a flat JSON object.
enum JSONScalar {
  case text(String)
  case number(Int)
  case bool(Bool)
  case null

  static func object(_ members: [(String, JSONScalar)]) -> [UInt8] {
    var out: [UInt8] = [UInt8(ascii: "{")]
    for (index, member) in members.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      append(member.0, to: &out)
      out.append(UInt8(ascii: ":"))
      switch member.1 {
      case .text(let text): append(text, to: &out)
      case .number(let number): out.append(contentsOf: "\(number)".utf8)
      case .bool(let bool): out.append(contentsOf: "\(bool)".utf8)
      case .null: out.append(ascii: "null")
      }
    }
    out.append(ascii: "}\n")
    return out
  }

  static func append(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    let start = out.count
    out.append(contentsOf: text.utf8)
    LogFormat.Escape.json.apply(to: &out, from: start)
    out.append(UInt8(ascii: "\""))
  }
}
