import ConfigModel
import ConfigSyntax

/// The statements of the rewrite module, in order, with jumps over `if` blocks that do not hold.
struct RewriteProgram: Sendable {
  enum Step: Sendable {
    case assign(variable: Int, CompiledTemplate)
    case assignArguments(CompiledTemplate)
    case assignLimitRate(CompiledTemplate)
    case rewrite(RewriteStep)
    case answer(status: Int, text: CompiledTemplate?)
    /// Goes on after `end` where the condition does not hold; takes `settings` where it does.
    case branch(RewriteCondition, end: Int, settings: LocationRuntime?)
    case stop
  }

  enum Outcome {
    case next
    case answered
    case finalize(Int)
  }

  private(set) var steps: [Step] = []

  init?(
    _ statements: [RewriteStatement], in location: LocationSettings, match: LocationRuntime.Match,
    handler: (any ContentHandler)?, compile: CompileContext
  ) throws(Diagnostic) {
    if statements.isEmpty { return nil }
    var builder = RewriteBuilder(location: location, match: match, handler: handler, compile: compile)
    try builder.add(statements)
    steps = builder.steps
  }

  /// `nil` where nobody knows whether it holds.
  private static func outcome(of condition: RewriteCondition, _ request: Request) -> Bool? {
    do throws(EvaluationFailure) {
      return try condition.holds(for: request)
    } catch {
      return nil
    }
  }

  func run(_ request: Request) -> Outcome {
    var index = 0
    while index < steps.count {
      switch steps[index] {
      case .assign(let variable, let text):
        let target = text.mayBeDecoded ? text.target(for: request) : nil
        request.assign(text.value(for: request), target: target, toVariable: variable)
      case .assignArguments(let text): request.args = text.target(for: request, escape: .arguments)
      case .assignLimitRate(let text):
        request.phases.limitRate = ByteCount(configuration: text.value(for: request))?.bytes
      case .rewrite(let step):
        if let outcome = step.run(request) { return outcome }
      case .answer(let status, let text): return request.answer(status: status, text: text)
      case .branch(let condition, let end, let settings):
        switch Self.outcome(of: condition, request) {
        case .some(true): break
        case .some(false):
          index = end
          continue
        case nil: return .finalize(500)
        }
        if let settings { request.enter(settings) }
      case .stop:
        request.stopRewriting()
        return .next
      }
      index += 1
    }
    return .next
  }
}

private struct RewriteBuilder {
  let location: LocationSettings
  let match: LocationRuntime.Match
  let handler: (any ContentHandler)?
  let compile: CompileContext
  var steps: [RewriteProgram.Step] = []

  mutating func add(_ statements: [RewriteStatement]) throws(Diagnostic) {
    for statement in statements { try add(statement) }
  }

  private mutating func add(_ statement: RewriteStatement) throws(Diagnostic) {
    switch statement {
    case .set(let name, let value): steps.append(try assignment(name, value))
    case .rewrite(let rule): steps.append(.rewrite(try RewriteStep(rule, compile: compile)))
    case .returnStatus(let setting): steps.append(try answer(setting))
    case .breakPhase: steps.append(.stop)
    case .if(let condition): try add(condition)
    }
  }

  private func assignment(_ name: String, _ value: Template) throws(Diagnostic) -> RewriteProgram.Step {
    let text = try compile.template(value)
    if name == "args" { return .assignArguments(text) }
    if name == "limit_rate" { return .assignLimitRate(text) }
    return .assign(variable: compile.variables.index(assigning: name), text)
  }

  private func answer(_ setting: ReturnSetting) throws(Diagnostic) -> RewriteProgram.Step {
    guard let text = setting.text else { return .answer(status: setting.status, text: nil) }
    return .answer(status: setting.status, text: try compile.template(text))
  }

  private mutating func add(_ block: RewriteIf) throws(Diagnostic) {
    let condition = try RewriteCondition(block.condition, compile: compile)
    let place = steps.count
    steps.append(.stop)
    try add(block.settings.rewrite)
    steps[place] = .branch(condition, end: steps.count, settings: try settings(of: block))
  }

  /// At server level an `if` block has statements only.
  private func settings(of block: RewriteIf) throws(Diagnostic) -> LocationRuntime? {
    if case .server = match { return nil }
    var settings = block.settings
    settings.rewrite = []
    if settings.content == nil { settings.content = location.content }
    let own = try compile.handler(settings, match: match)
    return try LocationRuntime(match: match, settings: settings, handler: own ?? handler, compile: compile)
  }
}

extension Request {
  /// `break`: the URI is not matched with the locations again.
  fileprivate func stopRewriting() {
    guard phases.uriChanged else { return }
    phases.isLocationValid = false
    phases.uriChanged = false
  }

  /// `return`: a text, a redirect, or the page of an error.
  fileprivate func answer(status: Int, text: CompiledTemplate?) -> RewriteProgram.Outcome {
    let admission: Admission
    switch judge() {
    case .admitted(let given): admission = given
    case .refused(let status): return .finalize(status)
    }
    if status >= 400, text?.literal?.isEmpty ?? (text == nil) { return .finalize(status) }
    let value = text?.value(for: self) ?? []
    if RedirectStatus.takesLocation(status) {
      redirect(status: status, to: value, admission)
    } else {
      sendText(value, status: status, admission)
    }
    return .answered
  }

  /// Sends a body that is at hand.
  func sendText(_ text: [UInt8], status: Int, _ admission: Admission) {
    guard discardBody() else { return }
    response.status = status
    response.contentLength = text.count
    if response.contentType == nil { response.contentType = contentTypeByExtension() }
    guard sendHead(admission) else { return }
    if !text.isEmpty, !isHeaderOnly { sendBody(exchange.buffer(text)) }
    finishBody()
  }
}

enum RedirectStatus {
  /// The statuses whose text is a Location.
  static func takesLocation(_ status: Int) -> Bool {
    switch status {
    case 301, 302, 303, 307, 308: true
    default: false
    }
  }
}
