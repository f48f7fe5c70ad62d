import ConfigSyntax

extension Grammar where Value == [ErrorPage] {
  static var errorPage: Grammar {
    Grammar("code … [=[response]] uri", .atLeast(2)) { invocation throws(Diagnostic) in
      let marker = invocation.text(invocation.count - 2)
      let hasResponse = marker.hasPrefix("=")
      guard !hasResponse || invocation.count > 2 else { throw invocation.error("invalid value \"\(marker)\"") }
      let response = try hasResponse ? invocation.response(marker) : nil
      let target = try invocation.template(invocation.count - 1)
      let codes = try invocation.codes(count: invocation.count - (hasResponse ? 2 : 1))
      return ErrorPage.pages(codes: codes, response: response, target: target)
    }
  }
}

extension Invocation {
  fileprivate func response(_ marker: String) throws(Diagnostic) -> ErrorPage.Response {
    if marker == "=" { return .fromPage }
    guard let status = Int(configuration: marker.utf8.dropFirst()) else {
      throw error("invalid value \"\(marker)\"")
    }
    return status == 0 ? .fromPage : .status(status)
  }

  fileprivate func codes(count: Int) throws(Diagnostic) -> Set<Int> {
    var codes: Set<Int> = []
    for index in 0..<count {
      guard let code = Int(configuration: bytes(index)), code != 499 else {
        throw error("invalid value \"\(text(index))\"")
      }
      guard (300...599).contains(code) else {
        throw error("value \"\(text(index))\" must be between 300 and 599")
      }
      codes.insert(code)
    }
    return codes
  }
}

extension ErrorPage {
  /// nginx's own codes for what is really a 400.
  private static let disguised: Set<Int> = [494, 495, 496, 497]

  /// One page; two where some of the codes must not reach the client as they are.
  fileprivate static func pages(codes: Set<Int>, response: Response?, target: Template) -> [ErrorPage] {
    if let response { return [ErrorPage(codes: codes, response: response, target: target)] }
    let hidden = codes.intersection(disguised)
    return [
      ErrorPage(codes: codes.subtracting(disguised), response: .unchanged, target: target),
      ErrorPage(codes: hidden, response: .status(400), target: target),
    ].filter { !$0.codes.isEmpty }
  }
}
