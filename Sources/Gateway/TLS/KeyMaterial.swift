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
    return CredentialSource.passphrases(in: try file.bytes(for: "ssl_password_file"))
  }
}

extension PathReference {
  /// As `bytes(for:)`, or what stands behind `data:`.
  func credentialBytes(for directive: String) throws(Diagnostic) -> [UInt8] {
    path.hasPrefix("data:") ? Array(path.utf8.dropFirst(5)) : try bytes(for: directive)
  }

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
