import ArgumentParser
import Authority

/// Where a CA's services are.
struct ServiceURLOptions: ParsableArguments {
  @Option(
    name: .customLong("ocsp-url"), parsing: .singleValue,
    help: ArgumentHelp(
      "Where OCSP answers for what this CA signs: stands in those certificates. Repeatable.", valueName: "url"))
  var ocsp: [String] = []

  @Option(
    name: .customLong("ca-issuers-url"), parsing: .singleValue,
    help: ArgumentHelp("Where this CA's certificate is, DER: stands in what it signs. Repeatable.", valueName: "url"))
  var caIssuers: [String] = []

  @Option(
    name: .customLong("crl-url"), parsing: .singleValue,
    help: ArgumentHelp("Where this CA's CRL is, DER: stands in what it signs. Repeatable.", valueName: "url"))
  var crl: [String] = []

  func checked() throws -> ServiceURLs {
    for (option, urls) in [("--ocsp-url", ocsp), ("--ca-issuers-url", caIssuers), ("--crl-url", crl)] {
      for url in urls where !ServiceURLs.isAcceptable(url) {
        throw UsageError("\(option) \"\(url)\" cannot be used; accepted: http://HOST/… or https://HOST/… in ASCII")
      }
    }
    var services = ServiceURLs()
    services.ocsp = ocsp
    services.caIssuers = caIssuers
    services.crl = crl
    return services
  }
}
