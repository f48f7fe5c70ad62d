import ArgumentParser
import Glibc
import PKI

/// An error that knows its words and its exit code.
protocol CommandFailure: Error {
  /// For standard error, after `countersign: `; several lines if there is more than one thing to say.
  var message: String { get }
  var exitCode: Int32 { get }
}

/// Exit codes: the whole set.
enum ExitStatus {
  static let refused: Int32 = 1
  static let badInput: Int32 = 2
}

/// Parses, runs, and turns every error into a message and an exit code.
enum CommandRunner {
  static func run(_ root: any ParsableCommand.Type, arguments: [String]) -> Never {
    do {
      var command = try root.parseAsRoot(arguments)
      try command.run()
      exit(0)
    } catch let failure as any CommandFailure {
      end(failure.message, failure.exitCode)
    } catch {
      end(parserError: error, root: root)
    }
  }

  private static func end(parserError error: any Error, root: any ParsableCommand.Type) -> Never {
    let code = root.exitCode(for: error)
    guard code == .validationFailure else {
      // Help, version, and codes a command asked for.
      if code == .success || error is ExitCode { root.exit(withError: error) }
      end("\(error)", ExitStatus.refused)
    }
    let usage = root.fullMessage(for: error).split(separator: "\n").drop { !$0.hasPrefix("Usage:") }
    end(([root.message(for: error)] + usage.map(String.init)).joined(separator: "\n"), ExitStatus.badInput)
  }

  private static func end(_ message: String, _ code: Int32) -> Never {
    StandardError.write(message)
    exit(code)
  }
}

/// Messages for the person at the terminal, kept apart from output for the next program.
enum StandardError {
  static func write(_ message: String) {
    let lines = VisibleText.escapedLines(message).split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.enumerated().map { ($0.offset == 0 ? "countersign: " : "  ") + $0.element + "\n" }.joined()
    StandardOutput.write(Array(text.utf8), to: STDERR_FILENO)
  }

  /// Without the program's name before it, as `-v` prints.
  static func writePlain(_ text: String) { StandardOutput.write(Array((text + "\n").utf8), to: STDERR_FILENO) }

  static func warn(_ message: String) { write("warning: " + message) }
}
