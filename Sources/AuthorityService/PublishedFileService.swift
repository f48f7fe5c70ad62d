import Authority
import ContentService
import PKI

/// What a CA publishes as a file.
protocol PublishedFile: SendableMetatype {
  /// The answer about a CA that is there; `nil`: it has nothing of the kind.
  static func response(_ authority: PublishedAuthority, isPEM: Bool, at now: UnixTime) -> ServiceResponse?
}

/// Hands out something of a CA to whoever asks: CRLs and certificates have the same ways to be named and fetched.
struct PublishedFileService<File: PublishedFile>: ContentService {
  private let host: AuthorityHost
  /// The directive's argument.
  private let name: String?

  init(_ host: AuthorityHost, name: String?) throws(ServiceUnavailable) {
    try Self.check(name, in: host)
    self.host = host
    self.name = name
  }

  func answer(_ request: ServiceRequest, completion: @escaping @Sendable (ServiceResponse) -> Void) {
    guard request.method == "GET" || request.method == "HEAD" else {
      return completion(.methodNotAllowed(allowing: "GET, HEAD"))
    }
    guard let wanted = AuthorityName(request, configured: name) else { return completion(.notFound) }
    // The armour of a large CRL takes a while.
    if !wanted.isPEM, let view = host.current { return completion(Self.response(wanted, in: view)) }
    let host = host
    let isQueued = host.perform {
      do throws(AuthorityError) {
        completion(Self.response(wanted, in: try host.read()))
      } catch {
        completion(ServiceResponse(status: 500, problem: error.operatorText))
      }
    }
    if !isQueued { completion(.overloaded) }
  }

  /// Refuses a configuration that names a CA which is not there.
  private static func check(_ name: String?, in host: AuthorityHost) throws(ServiceUnavailable) {
    guard let name, let view = try? host.read(), view.authority(name) == nil else { return }
    let known = view.authorities.map { "\"\($0.record.name)\"" }.joined(separator: ", ")
    throw ServiceUnavailable(
      reason: "there is no CA \"\(name)\" in \"\(host.place.directory)\"; it has \(known)")
  }

  private static func response(_ wanted: AuthorityName, in view: AuthorityView) -> ServiceResponse {
    guard let authority = view.authority(wanted.name) else { return .notFound }
    return File.response(authority, isPEM: wanted.isPEM, at: .now) ?? .notFound
  }
}
