import ConfigModel

/// A policy on clients: the server's own, or one of its locations', by its number in `LocationTrust`.
enum PolicyID: Hashable, Comparable, Sendable {
  case server
  case location(Int)
}

/// The policies of a server's locations that name other CAs than the server does.
///
/// Equal settings are one policy: a client is judged once for all places that have it.
struct LocationTrust: Sendable {
  struct Policy: Sendable {
    let setting: ClientTrustSetting
    fileprivate(set) var places: [Place]
  }

  /// A location: its matches, the outermost first.
  typealias Place = [String]

  private(set) var policies: [Policy] = []
  /// The policy of each location that has one.
  private var byPlace: [Place: PolicyID] = [:]

  static let none = LocationTrust()

  private init() {}

  init(_ server: ServerBlock) {
    for location in server.locations { add(location, below: [], server.settings.clientTrust) }
  }

  private mutating func add(_ location: LocationBlock, below outer: Place, _ server: ClientTrustSetting) {
    let place = outer + [location.match.key]
    let setting = location.settings.clientTrust
    if setting != server {
      let number = policies.firstIndex { $0.setting == setting } ?? policies.count
      if number == policies.count { policies.append(Policy(setting: setting, places: [])) }
      policies[number].places.append(place)
      byPlace[place] = .location(number)
    }
    for child in location.locations { add(child, below: place, server) }
  }

  /// The server's own where no location has this setting.
  func policy(of setting: ClientTrustSetting) -> PolicyID {
    policies.firstIndex { $0.setting == setting }.map(PolicyID.location) ?? .server
  }

  /// For each policy here, those that hold in its places under another configuration.
  func counterparts(in other: LocationTrust) -> [[PolicyID]] {
    policies.map { policy in Array(Set(policy.places.map { other.byPlace[$0, default: .server] })) }
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
