/// Prometheus's text exposition format, version 0.0.4.
enum PrometheusText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  static func encode(_ families: [MetricFamily]) -> [UInt8] {
    var out: [UInt8] = []
    for family in families where !family.samples.isEmpty { append(family, to: &out) }
    return out
  }

  private static func append(_ family: MetricFamily, to out: inout [UInt8]) {
    out.append(ascii: "# HELP ")
    out.append(contentsOf: family.name.utf8)
    out.append(UInt8(ascii: " "))
    appendEscaped(family.help, quotes: false, to: &out)
    out.append(ascii: "\n# TYPE ")
    out.append(contentsOf: "\(family.name) \(family.kind.rawValue)\n".utf8)
    for sample in family.samples {
      out.append(contentsOf: family.name.utf8)
      append(sample.labels, to: &out)
      out.append(contentsOf: " \(sample.value)\n".utf8)
    }
  }

  private static func append(_ labels: [(name: String, value: String)], to out: inout [UInt8]) {
    if labels.isEmpty { return }
    out.append(UInt8(ascii: "{"))
    for (index, label) in labels.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(contentsOf: label.name.utf8)
      out.append(ascii: "=\"")
      appendEscaped(label.value, quotes: true, to: &out)
      out.append(UInt8(ascii: "\""))
    }
    out.append(UInt8(ascii: "}"))
  }

  private static func appendEscaped(_ text: String, quotes: Bool, to out: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case 0x5C: out.append(ascii: "\\\\")
      case 0x0A: out.append(ascii: "\\n")
      case 0x22 where quotes: out.append(ascii: "\\\"")
      default: out.append(byte)
      }
    }
  }
}
