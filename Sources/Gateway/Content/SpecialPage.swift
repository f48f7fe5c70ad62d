/// The pages that nginx makes itself for errors and redirects, byte for byte but for the product's name.
enum SpecialPage {
  /// A page without its tail: nothing but the text of a status.
  struct Page: Sendable {
    /// Empty where nginx sends none.
    let body: [UInt8]

    fileprivate init(_ body: [UInt8]) { self.body = body }
  }

  /// - Parameter refusal: the id under which the log says why; shown as it is.
  static func page(of status: Int, refusal: String? = nil) -> Page {
    var body = bodies[status] ?? []
    if let refusal, !body.isEmpty { body += Array("<center>Refusal \(refusal)</center>\r\n".utf8) }
    return Page(body)
  }

  /// The end of every page: the product, with its version where `server_tokens` says so.
  static func tail(_ product: [UInt8]) -> [UInt8] {
    Array("<hr><center>".utf8) + product + Array("</center>\r\n</body>\r\n</html>\r\n".utf8)
  }

  /// The statuses of nginx's own that clients see as 400.
  static func isReportedAs400(_ status: Int) -> Bool { (494...497).contains(status) }

  /// After these errors nothing more can be expected of the connection.
  static func closesConnection(_ status: Int) -> Bool {
    switch status {
    case 400, 413, 414, 495, 496, 497, 500, 501: true
    default: false
    }
  }

  private static let bodies: [Int: [UInt8]] = {
    var bodies: [Int: [UInt8]] = [:]
    for (status, title) in titles { bodies[status] = page(title: title, heading: title, detail: nil) }
    for (status, title, detail) in badRequests {
      bodies[status] = page(title: "400 \(title)", heading: "400 Bad Request", detail: detail)
    }
    bodies[498] = bodies[404]
    return bodies
  }()

  private static func page(title: String, heading: String, detail: String?) -> [UInt8] {
    var lines = ["<html>", "<head><title>\(title)</title></head>", "<body>", "<center><h1>\(heading)</h1></center>"]
    if let detail { lines.append("<center>\(detail)</center>") }
    return Array(lines.map { $0 + "\r\n" }.joined().utf8)
  }

  private static let titles: [(Int, String)] = [
    (301, "301 Moved Permanently"), (302, "302 Found"), (303, "303 See Other"), (307, "307 Temporary Redirect"),
    (308, "308 Permanent Redirect"),
    (400, "400 Bad Request"), (401, "401 Authorization Required"), (402, "402 Payment Required"),
    (403, "403 Forbidden"), (404, "404 Not Found"), (405, "405 Not Allowed"), (406, "406 Not Acceptable"),
    (407, "407 Proxy Authentication Required"), (408, "408 Request Time-out"), (409, "409 Conflict"), (410, "410 Gone"),
    (411, "411 Length Required"), (412, "412 Precondition Failed"), (413, "413 Request Entity Too Large"),
    (414, "414 Request-URI Too Large"), (415, "415 Unsupported Media Type"),
    (416, "416 Requested Range Not Satisfiable"), (421, "421 Misdirected Request"), (429, "429 Too Many Requests"),
    (500, "500 Internal Server Error"), (501, "501 Not Implemented"), (502, "502 Bad Gateway"),
    (503, "503 Service Temporarily Unavailable"), (504, "504 Gateway Time-out"),
    (505, "505 HTTP Version Not Supported"), (507, "507 Insufficient Storage"),
  ]

  private static let badRequests: [(status: Int, title: String, detail: String)] = [
    (494, "Request Header Or Cookie Too Large", "Request Header Or Cookie Too Large"),
    (495, "The SSL certificate error", "The SSL certificate error"),
    (496, "No required SSL certificate was sent", "No required SSL certificate was sent"),
    (497, "The plain HTTP request was sent to HTTPS port", "The plain HTTP request was sent to HTTPS port"),
  ]
}
