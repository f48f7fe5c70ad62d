import Foundation
import PKI
import Testing

@testable import Fetch

@Suite("How far requests go")
struct AddressReachTests {
  private func isPublic(_ text: String) throws -> Bool {
    PublicAddress.contains(try #require(IPAddressText.octets(text), "\(text)"))
  }

  @Test(
    "inner addresses: of this machine, its links and private networks, and what stands for one of them",
    arguments: [
      "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9",
      "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
      "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1",
      "255.255.255.255", "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.1.2.3",
      "::ffff:169.254.169.254", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "100::1", "2001::1",
      "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::1", "2002:c0a8:101::", "2600::5efe:10.0.0.1",
      "2600::200:5efe:192.168.0.1", "3fff::1", "4000::1", "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
    ])
  func inner(_ text: String) throws { #expect(try !isPublic(text)) }

  @Test(
    "and public ones, up to their edges",
    arguments: [
      "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
      "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
      "198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:200::1",
      "2001:4860:4860::8888", "2002:808:808::1", "2606:4700::1111", "2600::5efe:8.8.8.8", "2a00::1",
    ])
  func open(_ text: String) throws { #expect(try isPublic(text)) }

  private func fetch(_ request: FetchRequest) async -> Result<FetchResponse, FetchError> {
    await withCheckedContinuation { done in
      Thread { done.resume(returning: Fetch.run([request])[0]) }.start()
    }
  }

  @Test("the address that is connected to decides, however the name is written, and again behind a redirect")
  func connections() async throws {
    let server = try await ScriptedServer([
      "/a": ScriptedServer.Answer(text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    ])
    let outside = AddressReach { _ in false }
    for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"] {
      let url = try #require(FetchURL("http://\(host):\(server.port)/a"))
      var request = FetchRequest(.get, url)
      request.reach = outside
      #expect(await fetch(request) == .failure(.innerAddress(host: url.host)), "\(host)")
    }
    let redirecting = try await ScriptedServer([
      "/b": ScriptedServer.Answer(
        text: "HTTP/1.1 302 Found\r\nLocation: http://localhost:\(server.port)/a\r\nContent-Length: 0\r\n\r\n")
    ])
    var request = FetchRequest(.get, try #require(FetchURL("http://127.0.0.1:\(redirecting.port)/b")))
    request.redirects = RedirectRule(limit: 3)
    request.reach = AddressReach { $0.host == "127.0.0.1" }
    #expect(await fetch(request) == .failure(.innerAddress(host: "localhost")))
    #expect(server.requests.isEmpty)
    request.reach = .anywhere
    #expect(try await fetch(request).get().status == 200)
    await server.stop()
    await redirecting.stop()
  }
}
