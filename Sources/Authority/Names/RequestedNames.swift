import PKI

extension CertificateSigningRequest {
  /// The alternative names the request asks for.
  ///
  /// - Throws: ``AuthorityError/csrRefused(path:problem:)`` for kinds of names that are not issued here.
  public func requestedNames(path: String) throws(AuthorityError) -> [RequestedName] {
    var names: [RequestedName] = []
    for asked in try wishes(path: path) where asked.oid == .subjectAlternativeName {
      guard let value = try? asked.decoded(as: SubjectAlternativeName.self) else {
        throw .csrRefused(path: path, problem: "its subjectAltName is malformed")
      }
      for name in value.names {
        guard let known = RequestedName(name) else {
          throw .csrRefused(path: path, problem: "it asks for \(name), a kind of name that is not issued here")
        }
        names.append(known)
      }
    }
    return names
  }

  /// Whether it asks to become a CA; an unreadable wish counts.
  func asksForAuthority(path: String) throws(AuthorityError) -> Bool {
    try wishes(path: path).contains { asked in
      guard asked.oid == .basicConstraints else { return false }
      guard let value = try? asked.decoded(as: BasicConstraints.self) else { return true }
      return value.isCA
    }
  }

  private func wishes(path: String) throws(AuthorityError) -> [CertificateExtension] {
    do { return try requestedExtensions() } catch {
      throw .csrRefused(path: path, problem: "the extensions it asks for are malformed: \(FaultText.of(error))")
    }
  }
}

extension Certificate {
  /// The alternative names of a certificate about to be issued again.
  func requestedNames() throws(AuthorityError) -> [RequestedName] {
    let names: [GeneralName]
    do { names = try subjectAlternativeName() ?? [] } catch {
      throw .notRenewable(serial: serialNumber.hexString, problem: "its subjectAltName is malformed")
    }
    var known: [RequestedName] = []
    for name in names {
      guard let name = RequestedName(name) else {
        throw .notRenewable(
          serial: serialNumber.hexString, problem: "it has the name \(name), of a kind not issued here")
      }
      known.append(name)
    }
    return known
  }
}
