import Authority
import ContentService
import Foundation
import PKI

/// A CA directory that stays open, for one thread at a time; opened anew when another took its place.
///
/// Unchecked: all that changes is touched under the lock.
final class SharedDirectory: @unchecked Sendable {
  private let place: AuthorityPlace
  private let lock = NSLock()
  private var directory: AuthorityDirectory
  private var ledger: FileIdentity?

  init(_ place: AuthorityPlace) throws(AuthorityError) {
    self.place = place
    (directory, ledger) = try Self.open(place)
  }

  func working<R>(_ body: (AuthorityDirectory) throws(AuthorityError) -> R) throws(AuthorityError) -> R {
    let result: Result<R, AuthorityError> = lock.withLock {
      do throws(AuthorityError) {
        if FileIdentity(directory.layout.ledger) != ledger { (directory, ledger) = try Self.open(place) }
        return .success(try body(directory))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func open(_ place: AuthorityPlace) throws(AuthorityError) -> (AuthorityDirectory, FileIdentity?) {
    // Looked at before it is opened: a file that replaces it meanwhile is seen the next time.
    let ledger = FileIdentity(Layout(root: place.directory).ledger)
    let actor = Operator(name: "countersign gateway (uid \(getuid()))", clock: { .now })
    return (try AuthorityDirectory.open(place.directory, as: actor), ledger)
  }
}
