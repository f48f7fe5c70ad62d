/// How files look in one round: each is looked at once, however many feeds read it.
public struct FileSurvey {
  private var known: [String: FileSignature] = [:]

  public init() {}

  mutating func signature(of path: String) -> FileSignature {
    if let signature = known[path] { return signature }
    let signature = FileSignature(path)
    known[path] = signature
    return signature
  }
}
