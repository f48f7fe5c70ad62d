import Cryptography
import PKI
import Trust

/// A client's certificate as `$ssl_client_*` words it; made when first asked for, kept for the connection.
///
/// Nothing in it can end a header field's line.
final class CertificateTexts {
  private let verdict: Verdict
  private let leaf: Certificate?
  private let der: [UInt8]

  /// `nil` where no certificate was sent.
  init?(_ verdict: Verdict) {
    guard let der = verdict.presented.certificates.first else { return nil }
    self.verdict = verdict
    self.der = der
    leaf = verdict.leaf
  }

  private(set) lazy var verify = Array(verdict.verifyText.utf8)
  private(set) lazy var subject = leaf.map { Self.safe($0.subject.rfc2253) }
  private(set) lazy var issuer = leaf.map { Self.safe($0.issuer.rfc2253) }
  private(set) lazy var legacySubject = leaf.map { Self.safe($0.subject.oneLine) }
  private(set) lazy var legacyIssuer = leaf.map { Self.safe($0.issuer.oneLine) }
  private(set) lazy var serial = leaf.map { Array($0.serialNumber.hexString.utf8) }
  private(set) lazy var fingerprint = Self.hex(Digest.sha1.hash(der))
  private(set) lazy var fingerprintSHA256 = Self.hex(Digest.sha256.hash(der))
  private(set) lazy var notBefore = leaf.map { Array($0.notBefore.opensslText.utf8) }
  private(set) lazy var notAfter = leaf.map { Array($0.notAfter.opensslText.utf8) }
  /// With its line feeds.
  private(set) lazy var pem = PEM.encode(label: "CERTIFICATE", der: der)
  private(set) lazy var escapedPEM = URIEscape.component.escaped(pem)

  /// Lines after the first begin with a tab, as continuations once did; the last has no line feed.
  private(set) lazy var foldedPEM: [UInt8] = {
    var out: [UInt8] = []
    for (index, line) in pem.split(separator: 0x0A).enumerated() {
      if index > 0 { out.append(ascii: "\n\t") }
      out.append(contentsOf: line)
    }
    return out
  }()

  /// Whole days until it expires.
  func remainingDays(at now: Int64) -> Int? {
    leaf.map { Int(max(0, $0.notAfter.seconds - now) / 86400) }
  }

  // MARK: Identity: of a verified certificate only

  private(set) lazy var dnsNames = Self.list(verdict.identity.dnsNames)
  private(set) lazy var uris = Self.list(verdict.identity.uris)
  private(set) lazy var emails = Self.list(verdict.identity.emails)
  private(set) lazy var addresses = Self.list(verdict.identity.addressTexts)

  /// A structured field's byte sequence (RFC 9440 §2.1).
  private(set) lazy var rfc9440: [UInt8]? = {
    guard verdict.isVerified else { return nil }
    var out: [UInt8] = [UInt8(ascii: ":")]
    Base64.append(der, to: &out)
    out.append(UInt8(ascii: ":"))
    return out
  }()

  /// An element of X-Forwarded-Client-Cert, as Envoy writes it.
  private(set) lazy var forwarded: [UInt8]? = {
    guard verdict.isVerified, let leaf else { return nil }
    var parts = ["Hash=\(fingerprintSHA256.asText)", "Subject=\(Self.quoted(leaf.subject.rfc2253))"]
    parts += verdict.identity.uris.map { "URI=\(Self.forwardedValue($0))" }
    parts += verdict.identity.dnsNames.map { "DNS=\(Self.forwardedValue($0))" }
    return Self.safe(parts.joined(separator: ";"))
  }()

  private static func forwardedValue(_ text: String) -> String {
    text.contains { ",;=\"".contains($0) } ? quoted(text) : text
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
  }

  private static func safe(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    out.append(field: text.utf8)
    return out
  }

  private static func hex(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.append(hex: bytes)
    return out
  }

  /// Separated by commas; what could pass for a separator, or is no visible ASCII, is percent-encoded.
  private static func list(_ names: [String]) -> [UInt8]? {
    if names.isEmpty { return nil }
    var out: [UInt8] = []
    for (index, name) in names.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      for byte in name.utf8 {
        if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: ","), byte != UInt8(ascii: ";"), byte != UInt8(ascii: "\"") {
          out.append(byte)
        } else {
          out.append(UInt8(ascii: "%"))
          out.append(hexDigit(byte >> 4, upperCase: true))
          out.append(hexDigit(byte & 0xF, upperCase: true))
        }
      }
    }
    return out
  }
}

extension Request {
  /// The client's certificate as the place sees it that is about to answer; `nil` where the client sent none.
  var certificate: CertificateTexts? {
    let policy = effective.clientTrust
    if policy == .server { return connection.standing.certificate() }
    if connection.locationStandings[policy] == nil {
      _ = connection.currentVerdict(for: server, under: policy)
    }
    return connection.locationStandings[policy]?.certificate()
  }
}
