extension Int {
  /// Decimal digits only, as nginx reads numbers: no sign, no space; `nil` on overflow.
  init?(configuration bytes: some Collection<UInt8>) {
    guard !bytes.isEmpty else { return nil }
    var value = 0
    for byte in bytes {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !overflow, !carried else { return nil }
      value = sum
    }
    self = value
  }
}

extension ByteCount {
  /// `100`, `8k`, `10M`; `1g` where allowed.
  public init?(configuration bytes: some BidirectionalCollection<UInt8>, allowsGibibytes: Bool = false) {
    let shift: Int
    switch bytes.last {
    case UInt8(ascii: "k"), UInt8(ascii: "K"): shift = 10
    case UInt8(ascii: "m"), UInt8(ascii: "M"): shift = 20
    case UInt8(ascii: "g"), UInt8(ascii: "G"):
      guard allowsGibibytes else { return nil }
      shift = 30
    default: shift = 0
    }
    guard let number = Int(configuration: shift == 0 ? bytes[...] : bytes.dropLast()),
      number <= Int.max >> shift
    else { return nil }
    self.init(number << shift)
  }
}
