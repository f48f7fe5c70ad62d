import ConfigModel
import ConfigSyntax
import ContentService

/// What one configuration asks of CAs on this machine, and who provides it. Lives while the configuration is compiled.
final class AuthorityBinding {
  private let services: (any AuthorityServices)?
  /// Every CA directory that the configuration names.
  private(set) var places: Set<AuthorityPlace> = []

  init(_ services: (any AuthorityServices)?) { self.services = services }

  /// Opens the directory that a block names, once for all blocks that name it.
  func check(_ settings: AuthoritySettings) throws(Diagnostic) {
    guard let directory = settings.directory, let place = settings.place, !places.contains(place) else { return }
    let services = try provider(for: "authority_directory", at: directory.position)
    do throws(ServiceUnavailable) {
      try services.check(place)
    } catch {
      throw Diagnostic("\(error.reason) (authority_directory)", at: directory.position)
    }
    places.insert(place)
  }

  /// The handler of a content directive.
  func handler(
    _ content: AuthorityContent, _ settings: AuthoritySettings, match: LocationRuntime.Match
  ) throws(Diagnostic) -> any ContentHandler {
    try check(settings)
    let service = try service(content.kind.service, settings, for: content.directive, at: content.position)
    return ServiceHandler(service, match: match)
  }

  /// `ssl_crl authority` as the file that it stands for.
  func resolved(_ tls: TLSSettings) throws(Diagnostic) -> TLSSettings {
    try check(tls.authority)
    guard let place = tls.authority.place else { return tls }
    var files: [PathReference] = []
    for file in tls.crl { files.append(file.isAuthority ? try list(of: place, at: file) : file) }
    var resolved = tls
    if files != tls.crl, let position = tls.$crl.position { resolved.$crl.set(files, at: position) }
    return resolved
  }

  /// Who answers for `ssl_stapling_responder authority`; `nil` where the directive says otherwise.
  func statusService(_ tls: TLSSettings) throws(Diagnostic) -> (any ContentService)? {
    guard tls.stapling, tls.staplesFromAuthority else { return nil }
    return try service(
      .ocsp, tls.authority, for: "ssl_stapling_responder", at: tls.$staplingResponder.position)
  }

  private func list(of place: AuthorityPlace, at file: PathReference) throws(Diagnostic) -> PathReference {
    let services = try provider(for: "ssl_crl authority", at: file.position)
    do throws(ServiceUnavailable) {
      return PathReference(path: try services.revocationListFile(of: place), position: file.position)
    } catch {
      throw Diagnostic("\(error.reason) (ssl_crl)", at: file.position)
    }
  }

  private func service(
    _ kind: AuthorityServiceKind, _ settings: AuthoritySettings, for directive: String, at position: SourcePosition?
  ) throws(Diagnostic) -> any ContentService {
    let services = try provider(for: directive, at: position)
    guard let place = settings.place else {
      throw Diagnostic("no \"authority_directory\" is defined for \"\(directive)\"", at: position)
    }
    do throws(ServiceUnavailable) {
      return try services.service(kind, of: place)
    } catch {
      throw Diagnostic("\(error.reason) (\(directive))", at: position)
    }
  }

  private func provider(
    for directive: String, at position: SourcePosition?
  ) throws(Diagnostic) -> any AuthorityServices {
    guard let services else {
      throw Diagnostic("\"\(directive)\" needs a CA in this program, and it was started without any", at: position)
    }
    return services
  }
}

extension AuthoritySettings {
  /// `nil` where no directory is named.
  fileprivate var place: AuthorityPlace? {
    directory.map { directory in
      var path = Substring(directory.path)
      while path.count > 1, path.hasSuffix("/") { path = path.dropLast() }
      return AuthorityPlace(directory: String(path), passwordFile: passwordFile?.path)
    }
  }
}

extension AuthorityContent.Kind {
  fileprivate var service: AuthorityServiceKind {
    switch self {
    case .ocsp: .ocsp
    case .crl(let name): .revocationList(name: name)
    case .certificate(let name): .certificate(name: name)
    }
  }
}
