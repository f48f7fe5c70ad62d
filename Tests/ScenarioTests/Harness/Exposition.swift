import Foundation

/// Prometheus's text format 0.0.4, read strictly: whatever a careful scraper could stumble over is an error.
struct Exposition {
  struct Fault: Error, CustomStringConvertible {
    var reason: String
    var line = ""
    var description: String { "\(reason): \(line)" }

    init(_ reason: String) { self.reason = reason }
  }

  /// By name and labels, as `name{a="b",c="d"}` with the labels sorted.
  private(set) var samples: [String: Double] = [:]
  private(set) var types: [String: String] = [:]
  private var helped: Set<String> = []
  /// Families whose block is over: their samples must not go on later.
  private var ended: Set<String> = []
  private var current = ""

  init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw Fault("the last line has no end") }
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      do {
        try read(String(line))
      } catch var fault as Fault {
        fault.line = String(line)
        throw fault
      }
    }
  }

  /// The sample of these labels; 0 where there is none.
  func value(_ name: String, _ labels: [String: String] = [:]) -> Int {
    Int(samples[Self.key("countersign_" + name, labels)] ?? 0)
  }

  func has(_ name: String, _ labels: [String: String] = [:]) -> Bool {
    samples[Self.key("countersign_" + name, labels)] != nil
  }

  /// Samples of a family whose text contains all of these.
  func values(_ name: String, containing parts: String...) -> [Int] {
    samples.filter { key, _ in key.hasPrefix("countersign_\(name){") && parts.allSatisfy { key.contains($0) } }
      .values.map { Int($0) }
  }

  private static func key(_ name: String, _ labels: [String: String]) -> String {
    labels.isEmpty
      ? name : name + "{" + labels.sorted { $0.key < $1.key }.map { "\($0)=\"\($1)\"" }.joined(separator: ",") + "}"
  }

  private mutating func read(_ line: String) throws {
    if line.hasPrefix("# HELP ") { return try readHelp(line.dropFirst(7)) }
    if line.hasPrefix("# TYPE ") { return try readType(line.dropFirst(7)) }
    if line.hasPrefix("#") || line.isEmpty { throw Fault("neither a sample nor help nor a type") }
    try readSample(line)
  }

  private mutating func begin(_ name: String) throws {
    guard name != current else { return }
    if !current.isEmpty { ended.insert(current) }
    if ended.contains(name) { throw Fault("the family \(name) is in two places") }
    current = name
  }

  private mutating func readHelp(_ rest: Substring) throws {
    let parts = rest.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, Self.isName(parts[0]) else { throw Fault("no help") }
    try begin(String(parts[0]))
    guard helped.insert(String(parts[0])).inserted else { throw Fault("a second help") }
  }

  private mutating func readType(_ rest: Substring) throws {
    let parts = rest.split(separator: " ")
    guard parts.count == 2, Self.isName(parts[0]), ["counter", "gauge"].contains(parts[1]) else {
      throw Fault("no type")
    }
    try begin(String(parts[0]))
    guard types.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else { throw Fault("a second type") }
    guard parts[1] == "counter" ? parts[0].hasSuffix("_total") : !parts[0].hasSuffix("_total") else {
      throw Fault("a counter's name ends in _total, and no other's")
    }
  }

  private mutating func readSample(_ line: String) throws {
    var rest = Substring(line)
    let name = String(rest.prefix { $0 != "{" && $0 != " " })
    rest = rest.dropFirst(name.count)
    guard Self.isName(Substring(name)), types[name] != nil, helped.contains(name) else { throw Fault("no family") }
    try begin(name)
    var labels: [String: String] = [:]
    if rest.first == "{" { labels = try Self.readLabels(&rest) }
    guard rest.first == " ", let value = Double(rest.dropFirst()), !rest.dropFirst().contains(" ") else {
      throw Fault("no value")
    }
    if types[name] == "counter", value < 0 { throw Fault("a counter below zero") }
    guard samples.updateValue(value, forKey: Self.key(name, labels)) == nil else {
      throw Fault("the sample is there twice")
    }
  }

  private static func readLabels(_ rest: inout Substring) throws -> [String: String] {
    var labels: [String: String] = [:]
    repeat {
      rest.removeFirst()
      let name = rest.prefix { $0 != "=" }
      rest = rest.dropFirst(name.count)
      guard isName(name), rest.hasPrefix("=\"") else { throw Fault("no label") }
      rest = rest.dropFirst(2)
      guard labels.updateValue(try readValue(&rest), forKey: String(name)) == nil else { throw Fault("a label twice") }
    } while rest.first == ","
    guard rest.first == "}" else { throw Fault("the labels have no end") }
    rest.removeFirst()
    return labels
  }

  private static func readValue(_ rest: inout Substring) throws -> String {
    var value = ""
    while let next = rest.popFirst() {
      switch next {
      case "\"": return value
      case "\\":
        switch rest.popFirst() {
        case "n": value += "\n"
        case "\\": value += "\\"
        case "\"": value += "\""
        default: throw Fault("an unknown escape")
        }
      default: value.append(next)
      }
    }
    throw Fault("a label's value has no end")
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
  }
}
