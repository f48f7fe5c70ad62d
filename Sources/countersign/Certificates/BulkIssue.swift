import Authority
import Glibc

/// `issue --bulk`: a certificate for each line of a file. Run again after whatever stopped it, it issues the rest.
struct BulkIssue {
  let directory: AuthorityDirectory
  let file: BulkFile
  /// Whose certificates count as there already.
  let profile: String
  /// Issue those that are there already once more.
  let force: Bool
  let issue: (BulkFile.Line) throws -> IssueReport
  /// What an earlier run may not have come to for a certificate that is there.
  let complete: (CertificateRecord) throws -> Void

  /// Prints the report, whatever happens, and throws when a line failed.
  func run(json: Bool) throws {
    var report = BulkReport()
    defer { report.print(json: json) }
    let present = force ? [:] : try presentCertificates()
    let progress = ProgressLine(total: file.lines.count)
    defer { progress.clear() }
    for line in file.lines {
      do {
        if let record = present[line.name] {
          try complete(record)
          report.present.append(BulkReport.Present(line: line.number, name: line.name, serial: record.serial))
        } else {
          report.issued.append(try issue(line))
        }
      } catch let error as AuthorityError where !error.concernsAll {
        report.failed.append(
          BulkReport.Failure(line: line.number, name: line.name, problem: error.operatorText))
      }
      progress.advance()
    }
    guard report.failed.isEmpty else { throw BulkFailure(path: file.path, failures: report.failed) }
  }

  /// The valid ones whose files are there, by name.
  private func presentCertificates() throws -> [String: CertificateRecord] {
    var filter = CertificateFilter()
    filter.statuses = [.valid]
    filter.profile = profile
    let records = try directory.certificates(filter).filter { record in
      record.certificatePath.map(FileReader.exists) ?? false
    }
    return Dictionary(records.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
  }
}

/// What became of each line.
struct BulkReport: Encodable {
  struct Present: Encodable {
    let line: Int
    let name, serial: String
  }

  struct Failure: Encodable {
    let line: Int
    let name, problem: String
  }

  var issued: [IssueReport] = []
  var present: [Present] = []
  var failed: [Failure] = []

  func print(json: Bool) {
    let text = "issued \(issued.count), there already \(present.count), failed \(failed.count)"
    Swift.print(json ? JSONText.of(self) : text)
  }
}

/// Lines that were refused; the others were not held up by them.
struct BulkFailure: CommandFailure {
  let path: String
  let failures: [BulkReport.Failure]

  var exitCode: Int32 { ExitStatus.refused }
  var message: String {
    failures.map { "\(path):\($0.line): \($0.name): \($0.problem)" }.joined(separator: "\n")
  }
}

/// How far it is, for a person at the terminal; nothing elsewhere.
private final class ProgressLine {
  private let total: Int
  private var done = 0
  private let isShown = isatty(STDERR_FILENO) == 1

  init(total: Int) { self.total = total }

  func advance() {
    done += 1
    if isShown { write("\r\(done) of \(total)") }
  }

  func clear() {
    if isShown { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) { StandardOutput.write(Array(text.utf8), to: STDERR_FILENO) }
}
