/// How many arguments a directive takes.
public enum Arity: Hashable, Sendable {
  case exactly(Int)
  case between(Int, Int)
  case atLeast(Int)

  func accepts(_ count: Int) -> Bool {
    switch self {
    case .exactly(let wanted): count == wanted
    case .between(let low, let high): count >= low && count <= high
    case .atLeast(let low): count >= low
    }
  }
}
