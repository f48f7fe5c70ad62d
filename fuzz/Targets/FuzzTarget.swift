/// What strangers' bytes reach, one case a reader. `run` must return, whatever the bytes are.
///
/// Beyond not crashing, each holds what it reads against what must be true of it: see `expect`.
public enum FuzzTarget: String, CaseIterable, Sendable {
  case certificate, crl, csr, pem, pkcs12, chain, graph, http1, http2, hpack, numbers, configuration
  case ocspRequest = "ocsp-request"
  case ocspResponse = "ocsp-response"
  case privateKey = "private-key"

  public func run(_ bytes: [UInt8]) {
    switch self {
    case .certificate: CertificateFuzzing.certificate(bytes)
    case .crl: CertificateFuzzing.revocationList(bytes)
    case .csr: CertificateFuzzing.request(bytes)
    case .ocspRequest: CertificateFuzzing.statusRequest(bytes)
    case .ocspResponse: CertificateFuzzing.statusResponse(bytes)
    case .pem: KeyFuzzing.armour(bytes)
    case .privateKey: KeyFuzzing.privateKey(bytes)
    case .pkcs12: KeyFuzzing.container(bytes)
    case .chain: ChainFuzzing.chain(bytes)
    case .graph: GraphFuzzing.graph(bytes)
    case .http1: HTTPFuzzing.requests(bytes)
    case .http2: HTTPFuzzing.frames(bytes)
    case .hpack: HTTPFuzzing.headerBlock(bytes)
    case .numbers: NumberFuzzing.numbers(bytes)
    case .configuration: ConfigurationFuzzing.configuration(bytes)
    }
  }
}

/// Ends the run where `holds` is false: for a fuzzer, and for the replay of its findings, the same as a crash.
func expect(_ holds: Bool, _ what: @autoclosure () -> String, file: StaticString = #file, line: UInt = #line) {
  guard !holds else { return }
  // An optimized build leaves the message of a trap out.
  print("\(file):\(line): \(what())")
  preconditionFailure(what(), file: file, line: line)
}

/// Two readings of the same bytes are one.
func expectSame(_ a: [String], _ b: [String], of bytes: [UInt8], file: StaticString = #file, line: UInt = #line) {
  expect(a == b, "two readings of \(bytes.map { String($0, radix: 16) }): \(a), \(b)", file: file, line: line)
}
