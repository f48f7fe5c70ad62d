/// Reason phrases and ready-made status lines, as nginx words them.
public enum HTTPStatus {
  /// The standard reason phrase; empty where nginx sends none.
  public static func reason(_ status: Int) -> StaticString {
    status >= 100 && status < 600 ? phrases[status - 100] : ""
  }

  /// `HTTP/1.1 200 OK` and CRLF for every status from 100 to 599, end to end.
  static let lines: (bytes: [UInt8], starts: [Int32]) = {
    var bytes: [UInt8] = []
    var starts: [Int32] = []
    for status in 100..<600 {
      starts.append(Int32(bytes.count))
      bytes.append(contentsOf: "HTTP/1.1 \(status) \(phrases[status - 100])\r\n".utf8)
    }
    starts.append(Int32(bytes.count))
    return (bytes, starts)
  }()

  private static let phrases: [StaticString] = {
    var phrases = [StaticString](repeating: "", count: 500)
    for (status, phrase) in known { phrases[status - 100] = phrase }
    return phrases
  }()

  private static let known: [(Int, StaticString)] = [
    (100, "Continue"), (101, "Switching Protocols"), (102, "Processing"), (103, "Early Hints"),
    (200, "OK"), (201, "Created"), (202, "Accepted"), (204, "No Content"), (206, "Partial Content"),
    (301, "Moved Permanently"), (302, "Moved Temporarily"), (303, "See Other"), (304, "Not Modified"),
    (307, "Temporary Redirect"), (308, "Permanent Redirect"),
    (400, "Bad Request"), (401, "Unauthorized"), (402, "Payment Required"), (403, "Forbidden"), (404, "Not Found"),
    (405, "Not Allowed"), (406, "Not Acceptable"), (407, "Proxy Authentication Required"), (408, "Request Time-out"),
    (409, "Conflict"), (410, "Gone"), (411, "Length Required"), (412, "Precondition Failed"),
    (413, "Request Entity Too Large"), (414, "Request-URI Too Large"), (415, "Unsupported Media Type"),
    (416, "Requested Range Not Satisfiable"), (421, "Misdirected Request"), (429, "Too Many Requests"),
    (500, "Internal Server Error"), (501, "Not Implemented"), (502, "Bad Gateway"),
    (503, "Service Temporarily Unavailable"), (504, "Gateway Time-out"), (505, "HTTP Version Not Supported"),
    (507, "Insufficient Storage"),
  ]
}
