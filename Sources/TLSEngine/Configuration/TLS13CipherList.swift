import CNIOBoringSSL

/// A list of TLS 1.3 cipher suites in OpenSSL's `Ciphersuites` language: names joined by colons.
struct TLS13CipherList {
  /// As on the wire (RFC 8446 §B.4), in order; empty: the library's own choice.
  let suites: [UInt16]

  private static let known: [String: UInt16] = [
    "TLS_AES_128_GCM_SHA256": 0x1301, "TLS_AES_256_GCM_SHA384": 0x1302, "TLS_CHACHA20_POLY1305_SHA256": 0x1303,
  ]
  /// Suites of OpenSSL that the engine lacks: skipped.
  private static let elsewhere: Set<String> = ["TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"]

  init(_ list: String?) throws(TLSConfigurationError) {
    guard let list else {
      suites = []
      return
    }
    var suites: [UInt16] = []
    for name in list.split(separator: ":") {
      if let suite = Self.known[String(name)] {
        if !suites.contains(suite) { suites.append(suite) }
      } else if !Self.elsewhere.contains(String(name)) {
        throw .unknownCipher(name: String(name))
      }
    }
    guard !suites.isEmpty else { throw .noUsableCipher(list: list) }
    self.suites = suites
  }

  /// Whether the order counts; if not, the peer's does.
  func flags(isOrdered: Bool) -> [UInt32] {
    suites.indices.map {
      isOrdered || $0 == suites.count - 1 ? 0 : UInt32(SSL_CIPHER_FLAG_EQUAL_PREFERENCE_WITH_NEXT)
    }
  }
}
