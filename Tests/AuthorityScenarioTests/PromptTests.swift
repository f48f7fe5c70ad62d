import Foundation
import Glibc
import Testing

@Suite("Passphrases typed at a terminal")
struct PromptTests {
  @Test("the passphrase is asked twice, not shown, and opens the key afterwards")
  func prompt() throws {
    let scenario = try Scenario(nil)
    let made = try Terminal.run(
      [Program.countersign, "ca", "init", "--dir", scenario.pki],
      answers: ["hunter2", "hunter3", "hunteX\u{7F}2", "hunte2"])
    #expect(made.status == 0)
    #expect(!made.output.contains("hunte"))
    #expect(made.output.contains("the two differ"))
    #expect(try scenario.openssl(["pkey", "-in", "pki/ca/ca.key", "-passin", "pass:hunte2", "-noout"]).status == 0)
    let issue = [Program.countersign, "issue", "client", "alice", "--dir", scenario.pki]
    #expect(try Terminal.run(issue, answers: ["wrong"]).status == 1)
    #expect(try Terminal.run(issue, answers: ["hunte2"]).status == 0)
    #expect(try Terminal.run(issue + ["--force"], answers: ["hunt\u{3}"]).status == 130)
  }

  @Test("without a terminal and without a file the command says what to give")
  func noTerminal() throws {
    let scenario = try Scenario(nil)
    let outcome = try Program.run("setsid", ["-w", Program.countersign, "ca", "init", "--dir", scenario.pki])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("--no-passphrase"))
  }
}

/// Runs a program with a controlling terminal of its own and answers its questions.
enum Terminal {
  /// TIOCSPTLCK and TIOCGPTN of Linux.
  private static let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

  static func run(_ command: [String], answers: [String]) throws -> (status: Int32, output: String) {
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var number: UInt32 = 0
    var locked: Int32 = 0
    guard master >= 0, ioctl(master, setLock, &locked) == 0, ioctl(master, getNumber, &number) == 0 else {
      throw ScenarioFailure(what: "no pseudo-terminal")
    }
    defer { close(master) }
    let pid = try start(command, on: "/dev/pts/\(number)")
    var output = ""
    for answer in answers {
      guard let question = readQuestion(master) else { break }
      output += question
      let line = Array((answer + "\n").utf8)
      _ = write(master, line, line.count)
    }
    while let more = readSome(master) { output += more }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return (status >> 8 & 0xFF, output)
  }

  private static func start(_ command: [String], on slave: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for file in [0, 1, 2] as [Int32] { posix_spawn_file_actions_addopen(&actions, file, slave, O_RDWR, 0) }
    var argv: [UnsafeMutablePointer<CChar>?] = (["setsid", "-c", "-w"] + command).map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var pid: pid_t = 0
    guard posix_spawnp(&pid, "setsid", &actions, nil, &argv, environ) == 0 else {
      throw ScenarioFailure(what: "setsid cannot be started")
    }
    return pid
  }

  /// Up to the colon and space that end a question.
  private static func readQuestion(_ master: Int32) -> String? {
    var text = ""
    while !text.hasSuffix(": ") {
      guard let more = readSome(master) else { return nil }
      text += more
    }
    return text
  }

  /// Nil when the program is gone, or silent for 20 seconds.
  private static func readSome(_ master: Int32) -> String? {
    var wait = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, 20_000) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(master, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
