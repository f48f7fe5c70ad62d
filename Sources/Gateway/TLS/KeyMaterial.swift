import ConfigModel
import ConfigSyntax
import Cryptography
import PKI
import TLSEngine

/// Certificates and keys of a server block, read from the files that the configuration names.
///
/// Every failure names the file and the directive that named it; nothing is half taken.
struct KeyMaterial {
  let settings: TLSSettings

  /// The pairs of `ssl_certificate` and `ssl_certificate_key`, in their order.
  func credentials() throws(Diagnostic) -> [TLSCredential] {
    let passphrases = try self.passphrases()
    var credentials: [TLSCredential] = []
    for file in settings.certificate + settings.certificateKey where file.template != nil {
      throw Diagnostic("variables in the names of certificates and keys are not supported", at: file.position)
    }
    let staple = try StapleFile(settings)
    for (certificate, key) in zip(settings.certificate, settings.certificateKey) {
      let chain = try chain(certificate)
      let credential = TLSCredential(
        chain: chain, key: try privateKey(key, passphrases: passphrases),
        ocspResponse: staple?.response(for: chain, isAlone: settings.certificate.count == 1))
      credentials.append(credential)
    }
    return credentials
  }

  /// `ssl_session_ticket_key`: each 48 or 80 bytes.
  func ticketKeys() throws(Diagnostic) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    for file in settings.sessionTicketKeys {
      let bytes = try file.bytes(for: "ssl_session_ticket_key")
      guard bytes.count == 48 || bytes.count == 80 else {
        throw Diagnostic("\"\(file.path)\" must be 48 or 80 bytes, not \(bytes.count)", at: file.position)
      }
      keys.append(bytes)
    }
    return keys
  }

  private func chain(_ file: PathReference) throws(Diagnostic) -> [[UInt8]] {
    let bytes = try file.bytes(for: "ssl_certificate")
    let chain: [[UInt8]]
    do {
      chain = try PEM.decode(bytes).filter(\.isCertificate).map { try Certificate(der: $0.bytes).der }
    } catch {
      throw Diagnostic("cannot load certificate \"\(file.path)\": \(error)", at: file.position)
    }
    guard !chain.isEmpty else {
      throw Diagnostic("cannot load certificate \"\(file.path)\": there is no certificate in it", at: file.position)
    }
    return chain
  }

  private func privateKey(_ file: PathReference, passphrases: [[UInt8]]) throws(Diagnostic) -> PrivateKey {
    let bytes = try file.bytes(for: "ssl_certificate_key")
    var last: CryptographyError?
    for passphrase in passphrases.map(Optional.some) + (passphrases.isEmpty ? [nil] : []) {
      do throws(CryptographyError) {
        return try PrivateKey(pem: bytes, passphrase: { passphrase })
      } catch {
        last = error
      }
    }
    let reason = last.map { "\($0)" } ?? "no passphrase fits"
    throw Diagnostic("cannot load certificate key \"\(file.path)\": \(reason)", at: file.position)
  }

  /// The lines of `ssl_password_file`, tried in turn.
  private func passphrases() throws(Diagnostic) -> [[UInt8]] {
    guard let file = settings.passwordFile else { return [] }
    let bytes = try file.bytes(for: "ssl_password_file")
    return bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).map(Array.init)
  }
}

extension PEMBlock {
  var isCertificate: Bool { ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"].contains(label) }
}

extension PathReference {
  /// The file's bytes; a `Diagnostic` that names directive and file where it can't be read or is empty.
  func bytes(for directive: String) throws(Diagnostic) -> [UInt8] {
    let bytes: [UInt8]
    do throws(FileContents.Failure) {
      bytes = try FileContents.read(path)
    } catch {
      throw Diagnostic("cannot read \"\(path)\" (\(directive)): \(error)", at: position)
    }
    guard !bytes.isEmpty else { throw Diagnostic("\"\(path)\" (\(directive)) is empty", at: position) }
    return bytes
  }
}
