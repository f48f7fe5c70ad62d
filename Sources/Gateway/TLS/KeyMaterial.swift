import ConfigModel
import ConfigSyntax
import Cryptography
import PKI
import TLSEngine
import TrustFeeds

/// Certificates and keys of a server block, read from the files that the configuration names.
///
/// Every failure names the file and the directive that named it; nothing is half taken.
struct KeyMaterial {
  let settings: TLSSettings

  /// The pairs of `ssl_certificate` and `ssl_certificate_key`, in their order; none where variables choose them.
  func pairFeeds() throws(Diagnostic) -> [TrustFeed<TLSCredential, Diagnostic>] {
    if settings.choosesCertificates { return [] }
    var feeds: [TrustFeed<TLSCredential, Diagnostic>] = []
    for (certificate, key) in zip(settings.certificate, settings.certificateKey) {
      let files = [certificate, key, settings.passwordFile].compactMap { $0 }.filter { !$0.isWrittenOut }
      feeds.append(
        try TrustFeed(files.map(\.path)) { _ throws(Diagnostic) in .init(try credential(certificate, key)) })
    }
    return feeds
  }

  private func credential(_ certificate: PathReference, _ key: PathReference) throws(Diagnostic) -> TLSCredential {
    let passphrases = try self.passphrases()
    let credential = TLSCredential(chain: try chain(certificate), key: try privateKey(key, passphrases: passphrases))
    do throws(TLSConfigurationError) {
      // The library says whether it can use them, and whether they are a pair.
      _ = try TLSServerContext(TLSServerConfiguration(credentials: [credential]))
      return credential
    } catch {
      throw Diagnostic(error.text(certificates: [certificate], keys: [key]), at: settings.$certificate.position)
    }
  }

  /// `nil` without `ssl_stapling_file`.
  func stapleFeed() throws(Diagnostic) -> TrustFeed<StapleFile, Diagnostic>? {
    guard settings.stapling, let file = settings.staplingFile else { return nil }
    return try TrustFeed([file.path]) { _ throws(Diagnostic) in .init(try StapleFile(file)) }
  }

  /// `ssl_session_ticket_key`: each 48 or 80 bytes.
  func ticketKeyFeeds() throws(Diagnostic) -> [TrustFeed<[UInt8], Diagnostic>] {
    var feeds: [TrustFeed<[UInt8], Diagnostic>] = []
    for file in settings.sessionTicketKeys {
      feeds.append(try TrustFeed([file.path]) { _ throws(Diagnostic) in .init(try Self.ticketKey(file)) })
    }
    return feeds
  }

  private static func ticketKey(_ file: PathReference) throws(Diagnostic) -> [UInt8] {
    let bytes = try file.bytes(for: "ssl_session_ticket_key", limit: .secrets)
    guard bytes.count == 48 || bytes.count == 80 else {
      throw Diagnostic("\"\(file.path)\" must be 48 or 80 bytes, not \(bytes.count)", at: file.position)
    }
    return bytes
  }

  private func chain(_ file: PathReference) throws(Diagnostic) -> [[UInt8]] {
    let bytes = try file.credentialBytes(for: "ssl_certificate")
    do throws(CredentialFailure) {
      return try CredentialSource(file.path).chain(in: bytes)
    } catch {
      throw Diagnostic("\(error)", at: file.position)
    }
  }

  private func privateKey(_ file: PathReference, passphrases: [[UInt8]]) throws(Diagnostic) -> PrivateKey {
    let bytes = try file.credentialBytes(for: "ssl_certificate_key")
    do throws(CredentialFailure) {
      return try CredentialSource(file.path).key(in: bytes, passphrases: passphrases)
    } catch {
      throw Diagnostic("\(error)", at: file.position)
    }
  }

  /// The lines of `ssl_password_file`, tried in turn.
  private func passphrases() throws(Diagnostic) -> [[UInt8]] {
    guard let file = settings.passwordFile else { return [] }
    return try file.passphrases(for: "ssl_password_file")
  }
}

extension PathReference {
  /// Whether the content stands in the configuration itself.
  var isWrittenOut: Bool { path.hasPrefix("data:") }

  /// As `bytes(for:)`, or what stands behind `data:`.
  func credentialBytes(for directive: String) throws(Diagnostic) -> [UInt8] {
    isWrittenOut ? Array(path.utf8.dropFirst(5)) : try bytes(for: directive)
  }

  /// The lines of a password file.
  func passphrases(for directive: String) throws(Diagnostic) -> [[UInt8]] {
    CredentialSource.passphrases(in: try bytes(for: directive, limit: .secrets))
  }

  /// The same as a feed of its own, where certificates are chosen by variable.
  func passphraseFeed(for directive: String) throws(Diagnostic) -> TrustFeed<[[UInt8]], Diagnostic> {
    try TrustFeed([path]) { _ throws(Diagnostic) in .init(try passphrases(for: directive)) }
  }

  /// The file's bytes; a `Diagnostic` that names directive and file where it can't be read or is empty.
  func bytes(for directive: String, limit: FileLimit = .certificates) throws(Diagnostic) -> [UInt8] {
    let bytes: [UInt8]
    do throws(FileFault) {
      bytes = try WholeFile.read(path, limit: limit)
    } catch {
      throw Diagnostic("cannot read \"\(path)\" (\(directive)): \(error)", at: position)
    }
    guard !bytes.isEmpty else { throw Diagnostic("\"\(path)\" (\(directive)) is empty", at: position) }
    return bytes
  }
}

extension TLSConfigurationError {
  /// In nginx's words where it has some; names files by their place among those of the configuration.
  func text(certificates: [PathReference], keys: [PathReference]) -> String {
    func path(_ index: Int, _ files: [PathReference]) -> String {
      index < files.count ? "\"\(CredentialSource(files[index].path).name)\"" : "number \(index + 1)"
    }
    return switch self {
    case .noUsableCipher(let list): "no cipher of \"\(list)\" (ssl_ciphers) is supported"
    case .unknownCipher(let name): "unknown cipher \"\(name)\" in Ciphersuites of ssl_conf_command"
    case .unknownSignatureAlgorithm(let name): "unknown signature algorithm \"\(name)\" in ssl_conf_command"
    case .unknownGroup(let name): "unknown group \"\(name)\" in ssl_ecdh_curve"
    case .keyMismatch(let index, _):
      "the key \(path(index, keys)) is not that of the certificate \(path(index, certificates))"
    case .unusableCertificate(let index, let reason):
      "the certificate \(path(index, certificates)) can't be used: \(reason.name)"
    default: "\(self)"
    }
  }
}
