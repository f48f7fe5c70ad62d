import ConfigSyntax
import Synchronization
import Testing

@testable import Gateway

@Suite("The rate of a response")
struct RateLimitTests {
  /// Tells what a request may send.
  private final class Meter: ContentHandler {
    struct Reading: Equatable {
      var rate: Int?
      /// What is allowed at no bytes a second, and at a thousand.
      var still = 0
      var flowing = 0
    }

    private let readings = Mutex<[Reading]>([])
    var last: Reading? { readings.withLock { $0.last } }

    func handle(_ request: Request, _ admission: Admission) {
      note(request)
      request.sendText(Array("text".utf8), status: 200, admission)
      if request.args.starts(with: "sent".utf8) { note(request) }
    }

    private func note(_ request: Request) {
      let reading = Reading(
        rate: request.limitRate, still: request.bytesAllowed(rate: 0), flowing: request.bytesAllowed(rate: 1000))
      readings.withLock { $0.append(reading) }
    }
  }

  private func ask(_ target: String) throws -> Meter.Reading {
    let meter = Meter()
    let site = try Site(
      "location / { limit_rate $arg_r; limit_rate_after $arg_a; proxy_pass http://127.0.0.1:1; }"
    ) { _, _, _, _ throws(Diagnostic) in meter }
    try site.send(target)
    return try #require(meter.last)
  }

  @Test("the first second's share and what is not counted may go at once, less what has gone")
  func share() throws {
    #expect(try ask("/?a=0").still == 0)
    #expect(try ask("/?a=5000").still == 5000)
    #expect(try ask("/?a=2k").still == 2048)
    #expect(try ask("/?a=0").flowing >= 1000)
    #expect(try ask("/?a=5000").flowing >= 6000)
    #expect(try ask("/?sent&a=5000").still == 5000 - 104)
  }

  @Test("numbers of a client's choice end at the largest there is, and none or nonsense is no limit")
  func extremes() throws {
    #expect(try ask("/?a=9223372036854775807").flowing == .max)
    #expect(try ask("/?a=99999999999999999999").still == 0)
    #expect(try ask("/?r=1000").rate == 1000 && ask("/?r=1k").rate == 1024)
    for none in ["/?r=0", "/?r=x", "/?r=-1", "/", "/?r=99999999999999999999"] { #expect(try ask(none).rate == nil) }
  }
}
