/// The same metrics as JSON: `{"metrics":[{"name","type","help","samples":[{"labels":{…},"value":1}]}]}`.
enum MetricsJSON {
  static let contentType = "application/json"

  static func encode(_ families: [MetricFamily]) -> [UInt8] {
    var out = Array("{\"metrics\":[".utf8)
    var isFirst = true
    for family in families where !family.samples.isEmpty {
      if !isFirst { out.append(UInt8(ascii: ",")) }
      isFirst = false
      append(family, to: &out)
    }
    out.append(ascii: "]}\n")
    return out
  }

  private static func append(_ family: MetricFamily, to out: inout [UInt8]) {
    out.append(ascii: "\n{\"name\":")
    JSONScalar.append(family.name, to: &out)
    out.append(ascii: ",\"type\":")
    JSONScalar.append(family.kind.rawValue, to: &out)
    out.append(ascii: ",\"help\":")
    JSONScalar.append(family.help, to: &out)
    out.append(ascii: ",\"samples\":[")
    for (index, sample) in family.samples.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(ascii: "{\"labels\":{")
      for (index, label) in sample.labels.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        JSONScalar.append(label.name, to: &out)
        out.append(UInt8(ascii: ":"))
        JSONScalar.append(label.value, to: &out)
      }
      out.append(contentsOf: "},\"value\":\(sample.value)}".utf8)
    }
    out.append(ascii: "]}")
  }
}
