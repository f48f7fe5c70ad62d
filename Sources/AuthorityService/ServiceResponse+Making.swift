import ContentService
import PKI

extension ServiceResponse {
  /// `text` names the methods, as `GET, HEAD`.
  static func methodNotAllowed(allowing text: String) -> ServiceResponse {
    ServiceResponse(status: 405, fields: [("Allow", text)])
  }

  static let notFound = ServiceResponse(status: 404)

  /// More waits than can be worked off.
  static let overloaded = ServiceResponse(
    status: 503, fields: [("Retry-After", "1")], problem: "too many requests wait for the CA")

  /// Lets caches keep this until `expires`, and no longer.
  mutating func makeCacheable(until expires: UnixTime, at now: UnixTime, _ more: String = "") {
    let age = max(0, expires.seconds - now.seconds)
    self.expires = max(expires, now).seconds
    fields.append(("Cache-Control", "max-age=\(age)\(more)"))
  }
}
