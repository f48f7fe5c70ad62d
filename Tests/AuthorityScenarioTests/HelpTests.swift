import Foundation
import Testing

/// What `--experimental-dump-help` says of a command and those below it.
private struct CommandDump: Decodable {
  let commandName: String
  let subcommands: [CommandDump]?
  let arguments: [Argument]?
  let discussion: String?

  struct Argument: Decodable {
    let kind: String
    let names: [Name]?
    let valueName: String?
    let shouldDisplay: Bool
  }

  struct Name: Decodable { let name: String }

  private struct Root: Decodable { let command: CommandDump }

  static func all() throws -> CommandDump {
    let outcome = try Program.run(Program.countersign, ["--experimental-dump-help"])
    return try JSONDecoder().decode(Root.self, from: Data(outcome.output.utf8)).command
  }

  /// Each command with the words that call it.
  func leaves(_ path: [String] = []) -> [(words: [String], command: CommandDump)] {
    let below = (subcommands ?? []).filter { $0.commandName != "help" }
    return [(path, self)] + below.flatMap { $0.leaves(path + [$0.commandName]) }
  }
}

@Suite("The commands and their help")
struct HelpTests {
  private func help(_ words: [String]) throws -> [Substring] {
    let outcome = try Program.run("env", ["-u", "COLUMNS", Program.countersign] + words + ["--help"])
    #expect(outcome.status == 0)
    return outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
  }

  @Test("every help fits 80 columns")
  func width() throws {
    for (words, _) in try CommandDump.all().leaves() {
      for line in try help(words) where line.count > 80 { Issue.record("\(words): \(line.count) columns: \(line)") }
    }
  }

  @Test("no option takes a secret itself: passwords and passphrases come from files or are asked for")
  func secrets() throws {
    for (words, command) in try CommandDump.all().leaves() {
      for argument in command.arguments ?? [] where argument.kind == "option" {
        for name in (argument.names ?? []).map(\.name) {
          let isSecret = ["pass", "secret", "pin", "token"].contains { name.contains($0) }
          #expect(!isSecret || name.hasSuffix("-file"), "\(words) --\(name)")
          #expect(name != "key" || ["file", "key"].contains(argument.valueName), "\(words) --\(name)")
        }
      }
    }
    for option in ["--password", "--passphrase", "--pass"] {
      let outcome = try Program.run(Program.countersign, ["ca", "init", option, "hunter2"])
      #expect(outcome.status == 2)
      #expect(!outcome.errors.contains("hunter2"))
    }
  }

  @Test("one name for one thing: options of one name take one kind of value, on every command")
  func vocabulary() throws {
    var kinds: [String: Set<String>] = [:]
    for (_, command) in try CommandDump.all().leaves() {
      for argument in command.arguments ?? [] {
        for name in (argument.names ?? []).map(\.name) where name.count > 1 {
          kinds[name, default: []].insert(argument.kind == "flag" ? "flag" : argument.valueName ?? "")
        }
      }
    }
    // What a name stands for differs in these: a profile is a name, or a file of rules; `--name` is of a certificate, or a pattern.
    let differing: Set = ["out", "name", "profile", "crl", "trust", "client", "key"]
    for (name, values) in kinds where !differing.contains(name) { #expect(values.count == 1, "--\(name): \(values)") }
    #expect(kinds["ca"] == ["name"])
    #expect(kinds["dir"] == ["dir"])
    #expect(kinds["json"] == ["flag"] && kinds["dry-run"] == ["flag"])
    for name in ["lifetime", "days", "crl-lifetime", "expiring-within"] { #expect(kinds[name] == ["time"], "\(name)") }
    #expect(kinds["passphrase-file"] == ["file"] && kinds["password-file"] == ["file"])
  }

  @Test("--json is on every command that reports")
  func json() throws {
    let silent: Set = ["", "ca", "gateway", "up", "why", "export"]
    for (words, command) in try CommandDump.all().leaves() where !silent.contains(words.last ?? "") {
      let names = (command.arguments ?? []).flatMap { $0.names ?? [] }.map(\.name)
      #expect(names.contains("json"), "\(words)")
    }
  }

  /// The lines of a help that are commands, continuations joined.
  private func examples(_ lines: [Substring]) -> [String] {
    var found: [String] = []
    var isOpen = false
    for line in lines {
      let text = line.trimmingCharacters(in: .whitespaces)
      if isOpen {
        found[found.count - 1] += "\n" + text
      } else if line.hasPrefix("  countersign ") {
        found.append(text)
      } else {
        continue
      }
      isOpen = text.hasSuffix("\\")
    }
    return found
  }

  /// Zero, but for those that need what is not here: gateways to push to, remembered ones, a log with that refusal, and a
  /// gateway, which serves until it is stopped.
  private static func statuses(of example: String) -> Set<Int32> {
    if example.contains(" ca push ") { return example.contains("--to") ? [1] : [2] }
    if example.contains(" why ") { return [2] }
    return example.contains(" up ") ? [124] : [0]
  }

  @Test("the examples of every help run as they are printed")
  func examples() throws {
    let scenario = try Scenario(nil)
    let prepared = """
      set -e; umask 077; mkdir ready; cd ready; printf 'secret\\n' > p12.pass; cp p12.pass ca.pass; printf 'carol\\ndave\\n' > names.txt
      countersign ca init --no-passphrase; countersign csr client device-7 --out device-7.csr
      countersign csr server www.example --out server.csr
      countersign issue server first.example; mkdir collected; cp mtls_certs/ca/ca.crl gateway-copy.crl
      """
    let bin = scenario.folder + "/bin"
    try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: bin + "/countersign", withDestinationPath: Program.countersign)
    func shell(_ text: String) throws -> Outcome {
      try Program.run("bash", ["-c", "PATH='\(bin)':$PATH; \(text)"], in: scenario.folder)
    }
    let ready = try shell(prepared)
    #expect(ready.status == 0, "\(ready.errors)")
    var count = 0
    for (words, _) in try CommandDump.all().leaves() {
      for example in try examples(help(words)) {
        count += 1
        let before = example.contains("revoke alice") ? "countersign issue client alice > alice.txt; " : ""
        let command = example.contains("ca init") ? example + " --dir other" : "timeout 20 " + example
        let outcome = try shell("rm -rf work; cp -r ready work; cd work; \(before)\(command)")
        #expect(Self.statuses(of: example).contains(outcome.status), "\(example): \(outcome.status), \(outcome.errors)")
      }
    }
    #expect(count >= 8)
  }
}
