import ConfigModel
import ConfigSyntax
import Cryptography
import TLSEngine
import TrustFeeds

/// The certificates and keys of one connection, by the names that its variables gave them.
struct CertificateNames: Hashable, Sendable {
  struct Pair: Hashable, Sendable {
    var certificate: CredentialSource
    var key: CredentialSource
  }

  var pairs: [Pair] = []

  /// The texts of all files, as they are now.
  ///
  /// - Throws: the first that can't be read.
  func texts() throws(CredentialFailure) -> CertificateTextPairs {
    var texts = CertificateTextPairs()
    for pair in pairs {
      do throws(FileFault) {
        texts.certificates.append(try pair.certificate.bytes())
      } catch {
        throw .unreadableCertificate(pair.certificate.name, error.description)
      }
      do throws(FileFault) {
        texts.keys.append(try pair.key.bytes())
      } catch {
        throw .unreadableKey(pair.key.name, error.description)
      }
    }
    return texts
  }

  /// - Throws: the first that is no certificate or key, or is locked.
  func credentials(
    in texts: CertificateTextPairs, passphrases: [[UInt8]]
  ) throws(CredentialFailure) -> [TLSCredential] {
    var credentials: [TLSCredential] = []
    for (index, pair) in pairs.enumerated() {
      credentials.append(
        TLSCredential(
          chain: try pair.certificate.chain(in: texts.certificates[index]),
          key: try pair.key.key(in: texts.keys[index], passphrases: passphrases)))
    }
    return credentials
  }
}

/// What stood in the files of `CertificateNames`, pair by pair.
struct CertificateTextPairs: Sendable {
  var certificates: [[UInt8]] = []
  var keys: [[UInt8]] = []

  /// Tells one state of the files from another.
  var digest: [UInt8] {
    var hasher = SHA256Hasher()
    for text in certificates + keys {
      withUnsafeBytes(of: UInt64(text.count).bigEndian) { hasher.update($0) }
      hasher.update(text)
    }
    return hasher.finalize()
  }
}

/// The same before the variables are known.
struct CertificateTemplates: Sendable {
  private struct Name: Sendable {
    let template: PathTemplate
    let folder: String
  }

  private let pairs: [(certificate: Name, key: Name)]

  init(
    _ certificates: [PathReference], _ keys: [PathReference], compile: CompileContext
  ) throws(Diagnostic) {
    var pairs: [(certificate: Name, key: Name)] = []
    for (certificate, key) in zip(certificates, keys) {
      pairs.append((try Self.name(certificate, compile), try Self.name(key, compile)))
    }
    self.pairs = pairs
  }

  private static func name(_ file: PathReference, _ compile: CompileContext) throws(Diagnostic) -> Name {
    guard let template = file.template else {
      return Name(template: PathTemplate(literal: Array(file.path.utf8)), folder: "")
    }
    return Name(template: try PathTemplate(template, compile: compile), folder: file.folder)
  }

  /// - Throws: `.unsafeName` where a variable leads to another folder than the one the configuration names.
  func names(for request: Request) throws(CredentialFailure) -> CertificateNames {
    var names = CertificateNames()
    for pair in pairs {
      let certificate = try Self.source(pair.certificate, request)
      // As nginx: an upstream that is to be shown nothing.
      if certificate.text.isEmpty { continue }
      names.pairs.append(.init(certificate: certificate, key: try Self.source(pair.key, request)))
    }
    return names
  }

  private static func source(_ name: Name, _ request: Request) throws(CredentialFailure) -> CredentialSource {
    let text: [UInt8]
    do throws(UnsafePath) {
      text = try name.template.path(for: request)
    } catch {
      throw .unsafeName(error.path.asText)
    }
    return text.isEmpty ? CredentialSource("") : CredentialSource(text.asText, folder: name.folder)
  }
}
