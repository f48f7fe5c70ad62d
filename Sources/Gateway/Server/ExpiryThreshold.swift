import PKI

/// How near a certificate's end is: 30, 14, 7, 3 and 1 days, or for one that lives shorter the same number of halvings of
/// a third of its life.
struct ExpiryThreshold: Comparable, Hashable, Sendable {
  private static let days: [Int64] = [30, 14, 7, 3, 1]

  /// 0: 30 days; the last: it has expired.
  let step: Int

  static let expired = ExpiryThreshold(step: days.count)

  private init(step: Int) { self.step = step }

  /// `nil` while there is time enough.
  init?(notBefore: UnixTime, notAfter: UnixTime, at now: UnixTime) {
    if now > notAfter {
      self = .expired
      return
    }
    let left = notAfter.seconds - now.seconds
    let life = max(0, notAfter.seconds - notBefore.seconds)
    let passed = Self.days.enumerated().last { left <= min($1 * 86400, life / (3 << Int64($0))) }
    guard let passed else { return nil }
    step = passed.offset
  }

  static func < (a: Self, b: Self) -> Bool { a.step < b.step }
}
