/// The profiles of a directory: the built-in ones and those of its file.
public struct ProfileSet: Sendable {
  private var profiles: [Profile]

  /// `server_cert` and `usr_cert` as the usual `openssl.cnf` means them.
  public static let builtIn = ProfileSet(profiles: [
    { () -> Profile in
      var profile = Profile(name: "server_cert", extendedKeyUsage: ["serverAuth"], folder: .server)
      profile.names.email = []
      profile.requiresAlternativeName = true
      return profile
    }(),
    Profile(name: "usr_cert", extendedKeyUsage: ["clientAuth"], folder: .client),
    Profile(name: "peer_cert", extendedKeyUsage: ["serverAuth", "clientAuth"], folder: .server),
  ])

  private init(profiles: [Profile]) { self.profiles = profiles }

  public var names: [String] { profiles.map(\.name) }

  /// `server` and `client` are short for the two built-in profiles unless the file has profiles of these names.
  public func profile(_ name: String) throws(AuthorityError) -> Profile {
    let long = ["server": "server_cert", "client": "usr_cert", "peer": "peer_cert"][name]
    guard let found = profiles.first(where: { $0.name == name }) ?? profiles.first(where: { $0.name == long }) else {
      throw .unknownProfile(name: name, known: ["server", "client", "peer"] + names)
    }
    return found
  }

  /// Adds a profile, in place of one of the same name.
  mutating func add(_ profile: Profile) {
    profiles.removeAll { $0.name == profile.name }
    profiles.append(profile)
  }
}
