import Authority
import Cryptography
import Fetch
import FoundationEssentials
import Glibc
import PKI
import TrustFeeds

/// A gateway that takes CRLs: its `ssl_crl_push` location, and what it takes to get there.
struct PushTarget: Codable, Hashable {
  /// `https://HOST[:PORT]/PATH`, `http://…` or `unix:/SOCKET:/PATH`.
  var url: String
  /// Shown to a gateway that asks for a certificate: PEM files, absolute.
  var certificate: String?
  var key: String?
  /// Whom the gateway's own certificate must be vouched for by; the CAs of the directory where it is empty.
  var trust: [String] = []

  /// Nothing tells who answers, and anybody on the way can keep a list.
  var isUnprotected: Bool { FetchURL(url)?.scheme == .http && !url.hasPrefix("unix:") }

  /// What Fetch needs for it.
  func request(_ list: [UInt8], trusting fallback: [Certificate]) throws -> FetchRequest {
    guard let url = FetchURL(url) else {
      throw UsageError("\"\(url)\" is no target; accepted: https://HOST[:PORT]/PATH, http://…, unix:/SOCKET:/PATH")
    }
    var request = FetchRequest(
      .put, url, fields: [.init("Content-Type", "application/pkix-crl"), .init("Accept", "application/json")],
      body: list)
    // A list of millions takes a while to be sent and to be taken.
    request.limits.total = .seconds(120)
    if url.scheme == .https { request.tls = try tls(trusting: fallback) }
    return request
  }

  private func tls(trusting fallback: [Certificate]) throws -> FetchTLS {
    var authorities = trust.isEmpty ? fallback : []
    for file in trust { authorities += try Self.reading { try TrustFile.certificates(at: file) } }
    return try FetchTLS(authorities: authorities, credential: try credential())
  }

  private func credential() throws -> FetchTLS.Credential? {
    guard let certificate else { return nil }
    let chain = try Self.reading { try TrustFile.certificates(at: certificate) }
    let keyFile = key ?? certificate
    let pem = try FileReader.bytes(of: keyFile, limit: 1 << 20)
    let key = try Self.reading { try PrivateKey(pem: pem, passphrase: { nil }) }
    return FetchTLS.Credential(chain: chain.map(\.der), key: key)
  }

  private static func reading<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch { throw UsageError("\(error)") }
  }
}

/// The targets that a CA's directory remembers: `ca/push-targets.json`.
struct PushTargetFile {
  private let path: String

  init(_ layout: Layout) { path = layout.authorityFolder + "/push-targets.json" }

  func read() throws -> [PushTarget] {
    guard access(path, F_OK) == 0 else { return [] }
    let bytes = try FileReader.bytes(of: path, limit: 1 << 20)
    do {
      return try JSONDecoder().decode([PushTarget].self, from: Data(bytes))
    } catch {
      throw UsageError("\(path) is not understood; accepted: [{\"url\": \"https://…\", \"trust\": []}]")
    }
  }

  func write(_ targets: [PushTarget]) throws {
    try AtomicFile.write(Array((JSONText.of(targets) + "\n").utf8), to: path, mode: AtomicFile.publicMode)
  }
}
