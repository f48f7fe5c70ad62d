import Foundation

/// An OCSP response (RFC 6960 §4.2.1) of any content, put together here and signed by `openssl dgst`: for what no responder
/// would say.
struct OCSPForgery: Sendable {
  enum Nonce: Sendable { case none, echoed, other }
  enum Status: Sendable { case good, revoked, unknown }

  var status = Status.good
  /// Seconds from now.
  var thisUpdate = -60
  /// Seconds from now; left out with `nil`.
  var nextUpdate: Int? = 3600
  var nonce = Nonce.echoed
  /// Speaks of another certificate than it was asked about.
  var namesAnother = false
  /// Adds certificates of the signer, in PEM files.
  var certificates: [String] = []

  /// The response to `request` in the name of `signer`, whose key is a P-256 one.
  func response(to request: [UInt8], signer: Identity) throws -> [UInt8] {
    let algorithm = Self.tlv(0x30, Self.tlv(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]))
    let data = Self.tlv(
      0x30,
      Self.tlv(0xa2, Self.tlv(0x04, try Self.keyHash(signer))) + Self.time(-1)
        + Self.tlv(0x30, try single(request)) + extensions(request))
    let signature = try Self.sign(data, signer)
    var basic = data + algorithm + Self.tlv(0x03, [0] + signature)
    if !certificates.isEmpty {
      let all = try certificates.flatMap { try Self.der($0) }
      basic += Self.tlv(0xa0, Self.tlv(0x30, all))
    }
    let oid = Self.tlv(0x06, [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01])
    let bytes = Self.tlv(0x30, oid + Self.tlv(0x04, Self.tlv(0x30, basic)))
    return Self.tlv(0x30, Self.tlv(0x0a, [0]) + Self.tlv(0xa0, bytes))
  }

  /// A response that only says why there is none (§4.2.1).
  static func failure(_ status: UInt8) -> [UInt8] { tlv(0x30, tlv(0x0a, [status])) }

  // MARK: Parts

  private func single(_ request: [UInt8]) throws -> [UInt8] {
    // OCSPRequest → tbsRequest → requestList (the first SEQUENCE that isn't tagged) → Request → CertID.
    var certID = try Self.child(Self.child(Self.child(Self.child(request, 0x30), 0x30), 0x30), 0x30)
    // The serial is its last field.
    if namesAnother { certID[certID.count - 1] ^= 1 }
    let said: [UInt8] =
      switch status {
      case .good: Self.tlv(0x80, [])
      case .revoked: Self.tlv(0xa1, Self.time(-3600))
      case .unknown: Self.tlv(0x82, [])
      }
    let end = nextUpdate.map { Self.tlv(0xa0, Self.time($0)) } ?? []
    return Self.tlv(0x30, certID + said + Self.time(thisUpdate) + end)
  }

  /// The nonce's extension (RFC 9654), as the request has it or with its last byte changed.
  private func extensions(_ request: [UInt8]) -> [UInt8] {
    let oid = Self.tlv(0x06, [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02])
    guard nonce != .none, let start = request.firstRange(of: oid) else { return [] }
    var rest = Array(request[start.upperBound...])
    rest = Array(rest.prefix(2 + Int(rest[1])))
    if nonce == .other { rest[rest.count - 1] ^= 1 }
    return Self.tlv(0xa1, Self.tlv(0x30, Self.tlv(0x30, oid + rest)))
  }

  // MARK: DER

  private static func tlv(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    switch content.count {
    case ..<128: [tag, UInt8(content.count)] + content
    case ..<256: [tag, 0x81, UInt8(content.count)] + content
    default: [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 255)] + content
    }
  }

  /// The first element with `tag` within the content of `element`, whole.
  private static func child(_ element: [UInt8], _ tag: UInt8) throws -> [UInt8] {
    var rest = element[header(element[...])...]
    while rest.count >= 2 {
      let head = header(rest)
      let length =
        head == 2 ? Int(rest[rest.startIndex + 1]) : rest.dropFirst(2).prefix(head - 2).reduce(0) { $0 << 8 | Int($1) }
      let whole = rest.prefix(head + length)
      if whole.first == tag { return Array(whole) }
      rest = rest.dropFirst(whole.count)
    }
    throw GatewayFailure(text: "no element \(tag) in the OCSP request")
  }

  private static func header(_ element: ArraySlice<UInt8>) -> Int {
    let first = element[element.startIndex + 1]
    return first < 128 ? 2 : 2 + Int(first & 127)
  }

  private static func time(_ seconds: Int) -> [UInt8] {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "yyyyMMddHHmmss'Z'"
    return tlv(0x18, Array(formatter.string(from: Date().addingTimeInterval(Double(seconds))).utf8))
  }

  // MARK: openssl

  private static func keyHash(_ signer: Identity) throws -> [UInt8] {
    let text = try Program.run("openssl", ["x509", "-in", signer.certificate, "-noout", "-ocspid"]).output
    guard let field = text.range(of: "Public key OCSP hash: ") else {
      throw GatewayFailure(text: "no key hash: \(text)")
    }
    let digits = Array(text[field.upperBound...].prefix(40))
    return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
  }

  private static func sign(_ data: [UInt8], _ signer: Identity) throws -> [UInt8] {
    let folder = try TemporaryDirectory()
    try folder.write("data", data)
    try Program.run(
      "openssl", ["dgst", "-sha256", "-sign", signer.key, "-out", folder.file("signature"), folder.file("data")])
    return [UInt8](try Data(contentsOf: folder.url("signature")))
  }

  private static func der(_ certificate: String) throws -> [UInt8] {
    let folder = try TemporaryDirectory()
    try Program.run("openssl", ["x509", "-in", certificate, "-outform", "DER", "-out", folder.file("der")])
    return [UInt8](try Data(contentsOf: folder.url("der")))
  }
}
