import ConfigModel

extension Request {
  /// Tells the log of a refusal, under an id that the page may show.
  func tell(_ refusal: ClientRefusal, _ level: LogLevel, _ message: String) {
    refusalID = refusal.id
    log(level, refusal.line(message))
  }
}
