import PKI

/// What becomes of names that a request asks for beyond those the operator gave.
public enum RequestNames: Sendable {
  /// The operator's names alone are certified.
  case leaveOut
  /// Nothing is signed.
  case refuse
  /// The request's subject and alternative names are certified, as far as the profile allows them.
  case accept
}

/// What a request asks for beyond the certificate's own names.
public struct RequestDifference: Sendable, Hashable {
  /// Each as `CN=admin`, `dns:admin.example`, `serverAuth`.
  public let leftOut: [String]
  /// Certified because the request's names were accepted.
  public let accepted: [String]

  public var isEmpty: Bool { leftOut.isEmpty && accepted.isEmpty }

  /// - Parameters:
  ///   - subject: the certificate's; `own` is what it would be without the request.
  ///   - names: the certificate's.
  init(
    _ request: CertificateSigningRequest, subject: DistinguishedName, names: [RequestedName], profile: Profile,
    own: (subject: DistinguishedName, names: [RequestedName])
  ) {
    let asked = Self.texts(request.subject) + request.namesAsked
    let given = Set(Self.texts(subject) + names.map(\.description))
    let known = Set(Self.texts(own.subject) + own.names.map(\.description))
    let purposes = request.purposesAsked.filter { !profile.extendedKeyUsage.contains($0) }
    leftOut = asked.filter { !given.contains($0) } + purposes
    accepted = asked.filter { given.contains($0) && !known.contains($0) }
  }

  private static func texts(_ name: DistinguishedName) -> [String] {
    name.rdns.joined().map { DistinguishedName(rdns: [[$0]]).rfc2253 }
  }
}

extension CertificateSigningRequest {
  /// Every alternative name asked for, those of kinds that are not issued here included.
  fileprivate var namesAsked: [String] {
    wished(SubjectAlternativeName.self)?.names.map { RequestedName($0)?.description ?? $0.description } ?? []
  }

  /// The purposes asked for (RFC 5280 §4.2.1.12), of those that profiles usually have.
  public var purposesAsked: [String] {
    let purposes = wished(ExtendedKeyUsage.self)?.purposes ?? []
    return ["serverAuth", "clientAuth"].filter { name in
      ExtendedKeyUsageName.identifier(name).map(purposes.contains) ?? false
    }
  }

  private func wished<Value: ExtensionValue>(_ type: Value.Type) -> Value? {
    let wishes = (try? requestedExtensions()) ?? []
    return wishes.first { $0.oid == Value.oid }.flatMap { try? $0.decoded(as: type) }
  }
}
