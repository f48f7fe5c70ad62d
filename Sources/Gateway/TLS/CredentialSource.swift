import Cryptography
import PKI
import TrustFeeds

/// Where a certificate or key stands: in a file, or after `data:` itself.
struct CredentialSource: Hashable, Sendable {
  /// An absolute path, or `data:` and the PEM.
  let text: String

  /// - Parameter folder: where relative paths begin; with its final slash.
  init(_ text: String, folder: String = "") {
    self.text = text.hasPrefix("/") || text.hasPrefix("data:") ? text : folder + text
  }

  /// The file; `nil` where the content is written out.
  var path: String? { text.hasPrefix("data:") ? nil : text }

  /// For messages, which must not tell a key.
  var name: String { path ?? "data:…" }

  /// The whole text of the file, or what stands behind `data:`.
  func bytes() throws(FileFault) -> [UInt8] {
    guard let path else { return Array(text.utf8.dropFirst(5)) }
    return try WholeFile.read(path, limit: .certificates)
  }

  /// DER, leaf first.
  func chain(in bytes: [UInt8]) throws(CredentialFailure) -> [[UInt8]] {
    let chain: [[UInt8]]
    do {
      chain = try PEM.decode(bytes).compactMap(\.certificateDER).map { try Certificate(der: $0).der }
    } catch {
      throw .badCertificate(name, "\(error)")
    }
    guard !chain.isEmpty else { throw .badCertificate(name, "there is no certificate in it") }
    return chain
  }

  /// - Parameter passphrases: tried in turn.
  func key(in bytes: [UInt8], passphrases: [[UInt8]]) throws(CredentialFailure) -> PrivateKey {
    var last: CryptographyError?
    for passphrase in passphrases.map(Optional.some) + (passphrases.isEmpty ? [nil] : []) {
      do throws(CryptographyError) {
        return try PrivateKey(pem: bytes, passphrase: { passphrase.map { SecretBytes($0) } })
      } catch {
        last = error
      }
    }
    throw .badKey(name, last.map { "\($0)" } ?? "no passphrase fits")
  }

  /// The lines of a password file.
  static func passphrases(in bytes: [UInt8]) -> [[UInt8]] {
    bytes.split(separator: UInt8(ascii: "\n")).map { line in
      line.last == UInt8(ascii: "\r") ? Array(line.dropLast()) : Array(line)
    }
  }
}
