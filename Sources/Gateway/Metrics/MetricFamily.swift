/// One metric: all samples share its name, type and meaning.
struct MetricFamily: Sendable {
  enum Kind: String, Sendable {
    case counter
    case gauge
  }

  struct Sample: Sendable {
    /// In the order in which they are written.
    var labels: [(name: String, value: String)]
    var value: Int
  }

  /// Without the product's prefix; a counter's ends in `_total`, a gauge's in its unit if it has one.
  let name: String
  let kind: Kind
  let help: String
  private(set) var samples: [Sample] = []
  private var known: Set<[String]> = []

  init(_ name: String, _ kind: Kind, _ help: String) {
    self.name = "countersign_" + name
    self.kind = kind
    self.help = help
  }

  /// One number without labels.
  static func single(_ name: String, _ kind: Kind, _ help: String, _ value: Int) -> MetricFamily {
    var family = MetricFamily(name, kind, help)
    family.add(value)
    return family
  }

  /// Samples of equal labels would contradict each other: the first stays.
  mutating func add(_ value: Int, _ labels: KeyValuePairs<String, String> = [:]) {
    guard known.insert(labels.map(\.value)).inserted else { return }
    samples.append(Sample(labels: labels.map { (name: $0.key, value: $0.value) }, value: value))
  }
}
