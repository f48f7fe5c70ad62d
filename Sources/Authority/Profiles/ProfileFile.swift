import PKI

/// Profiles from a JSON file. A member that is not known is an error: a misspelt limit must not be no limit.
///
///     { "profiles": { "device": {
///         "extends": "usr_cert",
///         "keyUsage": ["digitalSignature"],
///         "extendedKeyUsage": ["clientAuth", "1.3.6.1.4.1.311.20.2.2"],
///         "validity": { "default": "90d", "minimum": "1h", "maximum": "398d" },
///         "keyTypes": ["p256", "rsa3072"],
///         "names": { "dns": ["*.example.com"], "ip": ["10.0.0.0/8"], "email": ["@example.com"],
///                    "uri": ["spiffe://example.com/"], "commonName": ["device-*"] },
///         "requiresAlternativeName": true, "uniqueNames": true,
///         "subject": { "base": "/C=US/O=Example", "required": ["O", "CN"] },
///         "ocsp": ["http://ca.example.com/ocsp"], "caIssuers": ["http://ca.example.com/ca.crt"],
///         "crl": ["http://ca.example.com/ca.crl"],
///         "folder": "client" } } }
///
/// With `names`, a kind that is left out is not allowed (`commonName` left out stays as it was).
public struct ProfileFile {
  let path: String

  /// The built-in profiles and those of the file at `path`.
  public static func read(_ path: String) throws(AuthorityError) -> ProfileSet {
    try ProfileFile(path: path).parse(FileReader.bytes(of: path))
  }

  func parse(_ bytes: [UInt8]) throws(AuthorityError) -> ProfileSet {
    let tree: JSONValue
    do { tree = try JSONValue.parse(bytes) } catch { throw problem("the file", "is not JSON") }
    var set = ProfileSet.builtIn
    let top = try object(tree, at: "the file")
    try refuseUnknown(top, at: "the file", known: ["profiles"])
    let profiles = try object(top["profiles"] ?? .object([:]), at: "profiles")
    for (name, value) in profiles.sorted(by: { $0.key < $1.key }) {
      set.add(try profile(name, value, in: set))
    }
    return set
  }

  private static let members = [
    "extends", "keyUsage", "extendedKeyUsage", "validity", "keyTypes", "names", "requiresAlternativeName",
    "uniqueNames", "subject", "ocsp", "caIssuers", "crl", "folder",
  ]

  private func profile(_ name: String, _ value: JSONValue, in set: ProfileSet) throws(AuthorityError) -> Profile {
    let place = "profiles.\(name)"
    let members = try object(value, at: place)
    try refuseUnknown(members, at: place, known: Self.members)
    guard !name.isEmpty, Layout.fileName(for: name) == name else {
      throw problem(place, "a profile's name has letters, digits and . _ - @ + only")
    }
    var profile = try base(members["extends"], at: place, in: set)
    profile.name = name
    try readUsage(members, into: &profile, at: place)
    try readValidity(members["validity"], into: &profile.validity, at: place + ".validity")
    try readNames(members["names"], into: &profile.names, at: place + ".names")
    try readSubject(members["subject"], into: &profile, at: place + ".subject")
    try readURLs(members, into: &profile, at: place)
    return profile
  }

  private func base(_ value: JSONValue?, at place: String, in set: ProfileSet) throws(AuthorityError) -> Profile {
    guard let value else { return Profile(name: "", extendedKeyUsage: ["clientAuth"], folder: .client) }
    let name = try string(value, at: place + ".extends")
    do { return try set.profile(name) } catch { throw problem(place + ".extends", error.operatorText) }
  }

  private func readUsage(_ members: [String: JSONValue], into profile: inout Profile, at place: String)
    throws(AuthorityError)
  {
    if let value = members["keyUsage"] {
      profile.keyUsage = KeyUsage(try choices(value, at: place + ".keyUsage", KeyUsage.named))
      guard profile.keyUsage.isDisjoint(with: [.keyCertSign, .cRLSign]) else {
        throw problem(place + ".keyUsage", "keyCertSign and cRLSign are for CAs: use `countersign ca intermediate`")
      }
    }
    if let value = members["extendedKeyUsage"] {
      profile.extendedKeyUsage = try choices(value, at: place + ".extendedKeyUsage") {
        ExtendedKeyUsageName.identifier($0) == nil ? nil : $0
      }
    }
    if let value = members["keyTypes"] {
      profile.keyTypes = try choices(value, at: place + ".keyTypes", KeyTypeRule.init)
    }
    if let value = members["requiresAlternativeName"] {
      profile.requiresAlternativeName = try bool(value, at: place + ".requiresAlternativeName")
    }
    if let value = members["uniqueNames"] { profile.requiresUniqueNames = try bool(value, at: place + ".uniqueNames") }
    if let value = members["folder"] {
      let name = try string(value, at: place + ".folder")
      guard let folder = LeafFolder(rawValue: name) else {
        throw problem(place + ".folder", "\"server\" or \"client\" is expected")
      }
      profile.folder = folder
    }
  }

  private func readValidity(_ value: JSONValue?, into bounds: inout ValidityBounds, at place: String)
    throws(AuthorityError)
  {
    guard let value else { return }
    let members = try object(value, at: place)
    try refuseUnknown(members, at: place, known: ["default", "minimum", "maximum"])
    bounds.minimum = try seconds(members["minimum"], at: place + ".minimum") ?? bounds.minimum
    bounds.maximum = try seconds(members["maximum"], at: place + ".maximum") ?? bounds.maximum
    bounds.usual = try seconds(members["default"], at: place + ".default") ?? min(bounds.usual, bounds.maximum)
    guard bounds.minimum <= bounds.usual, bounds.usual <= bounds.maximum else {
      throw problem(place, "minimum ≤ default ≤ maximum does not hold")
    }
  }

  private func readNames(_ value: JSONValue?, into names: inout NamePolicy, at place: String) throws(AuthorityError) {
    guard let value else { return }
    let members = try object(value, at: place)
    try refuseUnknown(members, at: place, known: ["dns", "ip", "email", "uri", "commonName"])
    names.dns = try strings(members["dns"], at: place + ".dns")
    names.ip = try choices(members["ip"] ?? .array([]), at: place + ".ip") {
      $0 == "*" || NetworkText.octets($0) != nil ? $0 : nil
    }
    names.email = try strings(members["email"], at: place + ".email")
    names.uri = try strings(members["uri"], at: place + ".uri")
    if let value = members["commonName"] { names.commonName = try strings(value, at: place + ".commonName") }
  }

  private func readSubject(_ value: JSONValue?, into profile: inout Profile, at place: String) throws(AuthorityError) {
    guard let value else { return }
    let members = try object(value, at: place)
    try refuseUnknown(members, at: place, known: ["base", "required"])
    if let base = members["base"] { profile.subjectBase = try string(base, at: place + ".base") }
    profile.requiredSubject = try strings(members["required"], at: place + ".required")
  }

  private func readURLs(_ members: [String: JSONValue], into profile: inout Profile, at place: String)
    throws(AuthorityError)
  {
    func urls(_ member: String) throws(AuthorityError) -> [String]? {
      guard let value = members[member] else { return nil }
      return try choices(value, at: "\(place).\(member)") {
        ServiceURLs.isAcceptable($0) ? $0 : nil
      }
    }
    profile.urls.ocsp = try urls("ocsp") ?? profile.urls.ocsp
    profile.urls.caIssuers = try urls("caIssuers") ?? profile.urls.caIssuers
    profile.urls.crl = try urls("crl") ?? profile.urls.crl
  }
}

extension ProfileFile {
  fileprivate func problem(_ place: String, _ text: String) -> AuthorityError {
    .profileFile(path: path, place: place, problem: text)
  }

  fileprivate func object(_ value: JSONValue, at place: String) throws(AuthorityError) -> [String: JSONValue] {
    guard case .object(let members) = value else { throw problem(place, "an object is expected") }
    return members
  }

  fileprivate func bool(_ value: JSONValue, at place: String) throws(AuthorityError) -> Bool {
    guard case .bool(let bool) = value else { throw problem(place, "true or false is expected") }
    return bool
  }

  fileprivate func string(_ value: JSONValue, at place: String) throws(AuthorityError) -> String {
    guard case .string(let text) = value else { throw problem(place, "a string is expected") }
    return text
  }

  fileprivate func strings(_ value: JSONValue?, at place: String) throws(AuthorityError) -> [String] {
    guard let value else { return [] }
    return try choices(value, at: place) { $0 }
  }

  fileprivate func choices<Choice>(_ value: JSONValue, at place: String, _ read: (String) -> Choice?)
    throws(AuthorityError) -> [Choice]
  {
    guard case .array(let values) = value else { throw problem(place, "a list is expected") }
    var choices: [Choice] = []
    for (index, value) in values.enumerated() {
      let text = try string(value, at: "\(place)[\(index)]")
      guard let choice = read(text) else { throw problem("\(place)[\(index)]", "\"\(text)\" is not understood") }
      choices.append(choice)
    }
    return choices
  }

  fileprivate func seconds(_ value: JSONValue?, at place: String) throws(AuthorityError) -> Int64? {
    guard let value else { return nil }
    let text = try string(value, at: place)
    guard let seconds = ValidityBounds.seconds(text) else {
      throw problem(place, "\"\(text)\" is not like 90d, 12h, 30m")
    }
    return seconds
  }

  fileprivate func refuseUnknown(_ members: [String: JSONValue], at place: String, known: [String])
    throws(AuthorityError)
  {
    guard let unknown = members.keys.sorted().first(where: { !known.contains($0) }) else { return }
    throw problem(place, "\"\(unknown)\" is not known; known: \(known.joined(separator: ", "))")
  }
}
