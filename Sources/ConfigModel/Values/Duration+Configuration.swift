extension Duration {
  /// What a number without a unit means, and the finest unit allowed.
  enum ConfigurationUnit {
    case seconds
    case milliseconds
  }

  /// `1d`, `1h 30m`, `500ms`, `75`: units from large to small, each at most once; years and months only with whole seconds.
  init?(configuration bytes: some Sequence<UInt8>, unit: ConfigurationUnit) {
    var reader = DurationReader(unit: unit)
    var rest = Array(bytes)[...]
    while let byte = rest.first {
      rest = rest.dropFirst()
      guard reader.receive(byte, following: &rest) else { return nil }
    }
    guard let milliseconds = reader.finish() else { return nil }
    self = .milliseconds(milliseconds)
  }
}

private struct DurationReader {
  let unit: Duration.ConfigurationUnit
  private var total: Int64 = 0
  private var value: Int64 = 0
  private var hasDigits = false
  private var last = Step.start

  init(unit: Duration.ConfigurationUnit) { self.unit = unit }

  enum Step: Int {
    case start, year, month, week, day, hour, minute, second, millisecond, end

    var milliseconds: Int64 {
      switch self {
      case .year: 365 * 86_400_000
      case .month: 30 * 86_400_000
      case .week: 7 * 86_400_000
      case .day: 86_400_000
      case .hour: 3_600_000
      case .minute: 60_000
      case .millisecond: 1
      case .start, .second, .end: 1000
      }
    }
  }

  mutating func receive(_ byte: UInt8, following rest: inout ArraySlice<UInt8>) -> Bool {
    if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { return append(Int64(byte - UInt8(ascii: "0"))) }
    guard var step = Self.step(of: byte) else { return false }
    if step == .minute, rest.first == UInt8(ascii: "s") {
      step = .millisecond
      rest = rest.dropFirst()
    }
    while rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
    return close(with: step)
  }

  private static func step(of byte: UInt8) -> Step? {
    switch byte {
    case UInt8(ascii: "y"): .year
    case UInt8(ascii: "M"): .month
    case UInt8(ascii: "w"): .week
    case UInt8(ascii: "d"): .day
    case UInt8(ascii: "h"): .hour
    case UInt8(ascii: "m"): .minute
    case UInt8(ascii: "s"): .second
    case UInt8(ascii: " "): .end
    default: nil
    }
  }

  private mutating func append(_ digit: Int64) -> Bool {
    let (product, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carried) = product.addingReportingOverflow(digit)
    value = sum
    hasDigits = true
    return !overflow && !carried
  }

  private mutating func close(with step: Step) -> Bool {
    let order = step == .end ? Step.second.rawValue : step.rawValue
    guard last.rawValue < order else { return false }
    if unit == .milliseconds, order <= Step.month.rawValue { return false }
    if unit == .seconds, step == .millisecond { return false }
    last = step
    defer { value = 0 }
    return add(value, times: step.milliseconds)
  }

  private mutating func add(_ number: Int64, times factor: Int64) -> Bool {
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    let (sum, carried) = total.addingReportingOverflow(product)
    total = sum
    return !overflow && !carried
  }

  mutating func finish() -> Int64? {
    guard hasDigits else { return nil }
    return add(value, times: 1000) ? total : nil
  }
}
