import ConfigModel
import HTTPWire

/// `metrics`: the gateway's counters and states, for whoever watches it.
struct MetricsHandler: ContentHandler {
  let format: MetricsFormat
  let shared: GatewayShared

  func handle(_ request: Request, _ admission: Admission) {
    guard request.method == .get || request.method == .head else { return request.finalize(status: 405) }
    let families = MetricsReport(shared).families()
    request.response.fields.append(name: "Cache-Control", value: "no-store")
    switch format {
    case .prometheus:
      request.response.contentType = Array(PrometheusText.contentType.utf8)
      request.sendText(PrometheusText.encode(families), status: 200, admission)
    case .json:
      request.response.contentType = Array(MetricsJSON.contentType.utf8)
      request.sendText(MetricsJSON.encode(families), status: 200, admission)
    }
  }
}

/// `stub_status`: nginx's page, byte for byte.
struct StubStatusHandler: ContentHandler {
  let counters: CounterRegistry

  func handle(_ request: Request, _ admission: Admission) {
    guard request.method == .get || request.method == .head else { return request.finalize(status: 405) }
    let totals = counters.totals()
    let page = """
      Active connections: \(totals[.active])\u{20}
      server accepts handled requests
       \(totals[.accepted]) \(totals[.accepted]) \(totals[.requests])\u{20}
      Reading: \(totals[.reading]) Writing: \(totals.openRequests) Waiting: \(totals[.idle])\u{20}

      """
    request.response.contentType = Array("text/plain".utf8)
    request.sendText(Array(page.utf8), status: 200, admission)
  }
}
