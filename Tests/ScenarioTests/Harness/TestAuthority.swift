import Foundation

/// A certificate and its key, in files.
struct Identity: Sendable {
  var certificate: String
  var key: String
  /// What `SessionClient` sends behind the certificate.
  var intermediates: String?
}

/// A CA that `openssl ca` runs, so that what the gateway judges was not made by the gateway's own code.
final class TestAuthority: Sendable {
  enum Profile: String {
    case server, client, noUsage, authority, responder, uncheckedResponder, stapledServer
  }

  let directory: TemporaryDirectory
  let name: String
  /// The CA's certificate, and for an intermediate the path to the root's.
  var certificate: String { directory.file("\(name)/ca.crt") }
  var crl: String { directory.file("\(name)/ca.crl") }
  /// The CA as a signer itself.
  var identity: Identity { Identity(certificate: certificate, key: directory.file("\(name)/ca.key")) }

  /// A self-signed CA, or with `issuer` an intermediate.
  init(_ name: String = "ca", in directory: TemporaryDirectory, issuer: TestAuthority? = nil) throws {
    self.directory = directory
    self.name = name
    try directory.write("\(name)/index.txt", "")
    try directory.write("\(name)/index.txt.attr", "unique_subject = no\n")
    try directory.write("\(name)/crlnumber", "01\n")
    try directory.write("\(name)/openssl.cnf", Self.configuration(directory.file(name)))
    try makeKey("P-256", at: directory.file("\(name)/ca.key"))
    if let issuer {
      let identity = try issuer.issue("\(name) CA", .authority, key: directory.file("\(name)/ca.key"))
      try FileManager.default.copyItem(atPath: identity.certificate, toPath: certificate)
    } else {
      try openssl(
        "req", "-x509", "-new", "-key", directory.file("\(name)/ca.key"), "-subj", "/O=Test/CN=\(name) CA", "-days",
        "30", "-config", directory.file("\(name)/openssl.cnf"), "-extensions", "authority", "-out", certificate)
    }
  }

  /// Issues a certificate whose validity begins `from` days from now and ends `to` days from now.
  ///
  /// - Parameters:
  ///   - seconds: the life that is left, instead of days.
  ///   - ocsp: the port of the responder that it names.
  ///   - names: the subjectAltName instead of the profile's, as openssl writes it.
  ///   - extensions: more lines of OpenSSL's language for its extensions, and sections that they speak of.
  func issue(
    _ commonName: String, _ profile: Profile = .client, from: Int = -1, to: Int = 20, seconds: Int? = nil,
    kind: String = "P-256", key: String? = nil, ocsp: Int? = nil, names: String? = nil,
    extensions: String = ""
  ) throws -> Identity {
    let stem = directory.file("\(name)/\(UUID().uuidString)")
    let keyFile = key ?? stem + ".key"
    if key == nil { try makeKey(kind, at: keyFile) }
    try openssl(
      "req", "-new", "-key", keyFile, "-subj", "/O=Test/CN=\(commonName)", "-out", stem + ".csr", "-config",
      directory.file("\(name)/openssl.cnf"))
    var arguments = [
      "ca", "-batch", "-notext", "-config", directory.file("\(name)/openssl.cnf"), "-in", stem + ".csr", "-out",
      stem + ".crt", "-startdate", Self.date(from), "-enddate",
      seconds.map { Self.date(0, seconds: $0) } ?? Self.date(to),
      "-extensions", profile.rawValue, "-rand_serial",
    ]
    if ocsp != nil || names != nil || !extensions.isEmpty {
      try changed(profile, ocsp: ocsp, names: names, extensions)
        .write(toFile: stem + ".ext", atomically: true, encoding: .utf8)
      arguments += ["-extfile", stem + ".ext"]
    }
    try openssl(arguments)
    return Identity(certificate: stem + ".crt", key: keyFile)
  }

  /// The configuration with other lines in a profile.
  private func changed(_ profile: Profile, ocsp: Int?, names: String?, _ extensions: String) -> String {
    let more = extensions.drop { $0 != "[" }
    let all = Self.configuration(directory.file(name))
    let sections = all.components(separatedBy: "\n[").map { section in
      guard section.hasPrefix("\(profile.rawValue)]") else { return section }
      var lines = section.components(separatedBy: "\n")
      lines.insert(String(extensions.dropLast(more.count)), at: 1)
      if let ocsp { lines.insert("authorityInfoAccess = OCSP;URI:http://127.0.0.1:\(ocsp)/", at: 1) }
      guard let names else { return lines.joined(separator: "\n") }
      lines.removeAll { $0.hasPrefix("subjectAltName") }
      lines.insert("subjectAltName = \(names)", at: 1)
      return lines.joined(separator: "\n")
    }
    return sections.joined(separator: "\n[") + "\n" + more
  }

  /// A certificate that signs itself.
  func selfSigned(_ commonName: String) throws -> Identity {
    let stem = directory.file("\(name)/\(UUID().uuidString)")
    try makeKey("P-256", at: stem + ".key")
    try openssl(
      "req", "-x509", "-new", "-key", stem + ".key", "-subj", "/O=Test/CN=\(commonName)", "-days", "20", "-config",
      directory.file("\(name)/openssl.cnf"), "-extensions", "client", "-out", stem + ".crt")
    return Identity(certificate: stem + ".crt", key: stem + ".key")
  }

  func revoke(_ identity: Identity) throws {
    try openssl("ca", "-config", directory.file("\(name)/openssl.cnf"), "-revoke", identity.certificate)
  }

  /// Writes the CRL, by default good for ten days; with `seconds` for so many.
  func writeCRL(days: Int = 10, seconds: Int? = nil) throws {
    let fresh = directory.file("\(name)/fresh.crl")
    var arguments = ["ca", "-config", directory.file("\(name)/openssl.cnf"), "-gencrl", "-out", fresh]
    if let seconds {
      arguments += ["-crl_lastupdate", Self.date(-1), "-crl_nextupdate", Self.date(0, seconds: seconds)]
    } else if days < 0 {
      arguments += ["-crl_lastupdate", Self.date(days - 1), "-crl_nextupdate", Self.date(days)]
    } else {
      arguments += ["-crldays", String(days)]
    }
    try openssl(arguments)
    guard rename(fresh, crl) == 0 else { throw GatewayFailure(text: "rename: errno \(errno)") }
  }

  private func makeKey(_ kind: String, at path: String) throws {
    let algorithm = kind.hasPrefix("rsa") ? "RSA" : kind == "Ed25519" ? "ED25519" : "EC"
    var arguments = ["genpkey", "-algorithm", algorithm, "-out", path]
    if algorithm == "RSA" { arguments += ["-pkeyopt", "rsa_keygen_bits:\(kind.dropFirst(4))"] }
    if algorithm == "EC" { arguments += ["-pkeyopt", "ec_paramgen_curve:\(kind)"] }
    try openssl(arguments)
  }

  private func openssl(_ arguments: String...) throws { try openssl(arguments) }

  private func openssl(_ arguments: [String]) throws {
    let run = try Program.run("openssl", arguments)
    if !run.succeeded { throw GatewayFailure(text: "openssl \(arguments.joined(separator: " ")): \(run.errors)") }
  }

  private static func date(_ days: Int, seconds: Int = 0) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "yyyyMMddHHmmss'Z'"
    return formatter.string(from: Date().addingTimeInterval(Double(days * 86400 + seconds)))
  }

  private static func configuration(_ directory: String) -> String {
    """
    [ca]
    default_ca = this
    [this]
    dir = \(directory)
    database = $dir/index.txt
    new_certs_dir = $dir
    certificate = $dir/ca.crt
    private_key = $dir/ca.key
    serial = $dir/serial
    crlnumber = $dir/crlnumber
    default_md = sha256
    default_days = 20
    default_crl_days = 10
    policy = any
    unique_subject = no
    crl_extensions = crl
    [any]
    organizationName = optional
    commonName = supplied
    [req]
    distinguished_name = dn
    [dn]
    [crl]
    authorityKeyIdentifier = keyid
    [authority]
    basicConstraints = critical,CA:TRUE
    keyUsage = critical,keyCertSign,cRLSign
    subjectKeyIdentifier = hash
    authorityKeyIdentifier = keyid
    [server]
    basicConstraints = CA:FALSE
    keyUsage = digitalSignature,keyEncipherment
    extendedKeyUsage = serverAuth
    subjectAltName = DNS:localhost,DNS:*.example.com,DNS:example.com,IP:127.0.0.1,IP:::1
    subjectKeyIdentifier = hash
    authorityKeyIdentifier = keyid
    [client]
    basicConstraints = CA:FALSE
    keyUsage = digitalSignature,keyEncipherment
    extendedKeyUsage = clientAuth
    subjectAltName = email:client@example.com,URI:spiffe://example.com/client
    subjectKeyIdentifier = hash
    authorityKeyIdentifier = keyid
    [responder]
    basicConstraints = CA:FALSE
    keyUsage = digitalSignature
    extendedKeyUsage = OCSPSigning
    subjectKeyIdentifier = hash
    authorityKeyIdentifier = keyid
    [uncheckedResponder]
    basicConstraints = CA:FALSE
    keyUsage = digitalSignature
    extendedKeyUsage = OCSPSigning
    noCheck = ignored
    subjectKeyIdentifier = hash
    authorityKeyIdentifier = keyid
    [stapledServer]
    basicConstraints = CA:FALSE
    keyUsage = digitalSignature,keyEncipherment
    extendedKeyUsage = serverAuth
    subjectAltName = DNS:localhost
    tlsfeature = status_request
    subjectKeyIdentifier = hash
    authorityKeyIdentifier = keyid
    [noUsage]
    basicConstraints = CA:FALSE
    subjectKeyIdentifier = hash
    authorityKeyIdentifier = keyid
    """
  }
}
