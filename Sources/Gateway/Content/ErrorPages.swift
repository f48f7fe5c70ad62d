import ConfigModel
import ConfigSyntax

/// `error_page` made ready: the first setting for a status wins.
struct ErrorPages: Sendable {
  struct Page: Sendable {
    /// The status that replaces the error's; 0: the page's own; `nil`: the error's stays.
    let status: Int?
    let target: CompiledTemplate
    /// What stands before a `?` has no variables: no client chooses which page it is.
    let hasFixedPath: Bool

    init(status: Int?, target: CompiledTemplate) {
      self.status = status
      self.target = target
      hasFixedPath = target.hasFixedPath
    }
  }

  private var pages: [Int: Page] = [:]

  init(_ settings: [ErrorPage], compile: CompileContext) throws(Diagnostic) {
    for setting in settings {
      let target = try compile.template(setting.target)
      for code in setting.codes where pages[code] == nil {
        pages[code] = Page(status: Self.status(setting.response, code: code), target: target)
      }
    }
  }

  private static func status(_ response: ErrorPage.Response, code: Int) -> Int? {
    switch response {
    case .unchanged: SpecialPage.isReportedAs400(code) ? 400 : nil
    case .status(let status): status
    case .fromPage: 0
    }
  }

  func page(for status: Int) -> Page? { pages.isEmpty ? nil : pages[status] }
}

extension CompiledTemplate {
  fileprivate var hasFixedPath: Bool {
    for piece in pieces {
      guard case .literal(let text) = piece else { return false }
      if text.contains(UInt8(ascii: "?")) { return true }
    }
    return true
  }
}
