import ConfigModel

/// The policies of a server's locations that name other CAs than the server does.
///
/// Equal settings are one policy: a client is judged once for all places that have it. Their numbers are those of
/// `LocationRuntime.clientTrust`.
struct LocationTrust: Sendable {
  struct Policy: Sendable {
    let setting: ClientTrustSetting
    fileprivate(set) var places: [Place]
  }

  /// A location: its matches, the outermost first.
  typealias Place = [String]

  private(set) var policies: [Policy] = []
  /// The policy of each location that has one.
  private var byPlace: [Place: Int] = [:]

  static let none = LocationTrust()

  private init() {}

  init(_ server: ServerBlock) {
    for location in server.locations { add(location, below: [], server.settings.clientTrust) }
  }

  private mutating func add(_ location: LocationBlock, below outer: Place, _ server: ClientTrustSetting) {
    let place = outer + [location.match.key]
    let setting = location.settings.clientTrust
    if setting != server {
      let number = number(of: setting) ?? policies.count
      if number == policies.count { policies.append(Policy(setting: setting, places: [])) }
      policies[number].places.append(place)
      byPlace[place] = number
    }
    for child in location.locations { add(child, below: place, server) }
  }

  /// `nil`: the server's own.
  func number(of setting: ClientTrustSetting) -> Int? { policies.firstIndex { $0.setting == setting } }

  /// For each policy here, those that hold in its places under another configuration: `nil` for the server's own.
  func counterparts(in other: LocationTrust) -> [[Int?]] {
    policies.map { policy in Array(Set(policy.places.map { other.byPlace[$0] })) }
  }
}

extension LocationBlock.Match {
  /// Tells a location from its neighbours.
  fileprivate var key: String {
    switch self {
    case .prefix(let name), .prefixWithoutRegex(let name): "/\(name)"
    case .exact(let name): "=\(name)"
    case .regex(let source): "~\(source.pattern)"
    case .named(let name): "@\(name)"
    }
  }
}
