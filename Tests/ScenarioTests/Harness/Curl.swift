import Foundation

/// One HTTP answer as curl saw it.
struct Answer {
  var status: Int
  var body: String
  /// Lower-case names.
  var headers: [String: String]
  var version: String
  /// curl's exit status: 0 where an answer came.
  var exit: Int32
  var errors: String
}

/// Asks for `https://localhost:PORT/PATH` with real curl.
struct Curl {
  var port: Int
  var authority: String?
  var identity: Identity?
  var extra: [String] = []
  var host = "localhost"

  func get(_ path: String = "/", _ more: [String] = []) throws -> Answer {
    var arguments = ["-sS", "-i", "--max-time", "20", "--resolve", "\(host):\(port):127.0.0.1"]
    if let authority { arguments += ["--cacert", authority] }
    if let identity { arguments += ["--cert", identity.certificate, "--key", identity.key] }
    arguments += extra + more
    let scheme = authority == nil ? "http" : "https"
    let run = try Program.run("curl", arguments + ["\(scheme)://\(host):\(port)\(path)"])
    return Self.parse(run)
  }

  private static func parse(_ run: Run) -> Answer {
    var rest = Substring(run.output)
    var head: Substring = ""
    // Interim and CONNECT responses come first; the last head is the answer's.
    while rest.hasPrefix("HTTP/"), let end = rest.range(of: "\r\n\r\n") {
      head = rest[..<end.lowerBound]
      rest = rest[end.upperBound...]
    }
    let lines = head.split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
    }
    return Answer(
      status: words.count > 1 ? Int(words[1]) ?? 0 : 0, body: String(rest), headers: headers,
      version: String(words.first ?? ""), exit: run.status, errors: run.errors)
  }
}
