import Cryptography
import Glibc

/// Asks on the controlling terminal, whatever standard input and output are; nothing typed is shown.
enum PassphrasePrompt {
  /// - Returns: nil without a terminal.
  static func ask(_ prompt: String) -> SecretBytes? {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    return ask(prompt, on: terminal)
  }

  /// Asks until the same is typed twice.
  static func askTwice(_ prompt: String) -> SecretBytes? {
    while let first = ask(prompt), let second = ask("Again: ") {
      if first == second { return first }
      StandardError.write("the two differ; once more")
    }
    return nil
  }

  private static func ask(_ prompt: String, on terminal: Int32) -> SecretBytes? {
    var settings = termios()
    guard tcgetattr(terminal, &settings) == 0 else { return nil }
    let before = settings
    // Without ISIG an interrupt arrives as a byte, so the terminal is always put back first.
    settings.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    guard tcsetattr(terminal, TCSAFLUSH, &settings) == 0 else { return nil }
    say(prompt, on: terminal)
    let answer = readLine(from: terminal)
    var restored = before
    tcsetattr(terminal, TCSAFLUSH, &restored)
    say("\n", on: terminal)
    if case .interrupted = answer { exit(130) }
    guard case .line(let secret) = answer else { return nil }
    return secret
  }

  private enum Answer {
    case line(SecretBytes)
    case interrupted
    case endOfInput
  }

  private static func readLine(from terminal: Int32) -> Answer {
    var line: [UInt8] = []
    // A line of a terminal is no longer; what is typed never moves.
    line.reserveCapacity(4096)
    defer { line.wipe() }
    var byte: UInt8 = 0
    while true {
      let count = read(terminal, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return .endOfInput }
      switch byte {
      case 10, 13: return .line(SecretBytes(line))
      case 3, 28: return .interrupted
      case 4: return line.isEmpty ? .endOfInput : .line(SecretBytes(line))
      case 8, 127: removeLastCharacter(&line)
      case 21: line.removeAll(keepingCapacity: true)
      default: line.append(byte)
      }
    }
  }

  /// A character of UTF-8 is several bytes.
  private static func removeLastCharacter(_ line: inout [UInt8]) {
    while let last = line.popLast(), last & 0xC0 == 0x80 {}
  }

  private static func say(_ text: String, on terminal: Int32) {
    let bytes = Array(text.utf8)
    _ = write(terminal, bytes, bytes.count)
  }
}
