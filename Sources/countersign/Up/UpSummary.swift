import Authority

/// What `up` says once the gateway serves: the line that works, and where everything is.
struct UpSummary {
  let address: ListenAddress
  let directory: String
  let trust: UpTrust
  let clients: [UpClient]
  let isConfigurationOurs: Bool
  let isKeyEncrypted: Bool

  func print() { StandardOutput.write(Array(text.utf8)) }

  private var text: String {
    guard let client = clients.first else {
      return "\nThe gateway serves on \(address.text). Stop with Ctrl-C.\n\n"
    }
    return """

      The gateway serves on \(address.text). Try it:

        curl --cert \(client.files.certificate) --key \(client.files.key) \\
             --cacert \(trust.certificates) https://\(address.clientHost):\(address.port)/

      In a browser: import \(client.files.p12) (its password is in \(client.passwordFile))
        Chrome, Edge  Settings > Privacy and security > Security > Manage certificates > Your certificates > Import
        Firefox       Settings > Privacy & Security > Certificates > View Certificates > Your Certificates > Import
        and \(trust.certificates) under Authorities, so that the browser trusts the server.

      Files
        configuration  \(directory)/gateway.conf\(isConfigurationOurs ? "" : " (edited by you, left as it is)")
        CA             \(trust.certificates), key \(trust.key)\(keyNote)
        clients        \(clients.map(\.files.certificate).joined(separator: ", "))
        logs           \(directory)/access.log, \(directory)/error.log

      Take a client's access away (at once, no restart): \(CommandLine.arguments[0]) revoke \(client.name)\(directoryOption)
      Stop with Ctrl-C.


      """
  }

  private var keyNote: String {
    isKeyEncrypted ? " (encrypted)" : " (not encrypted: its mode, 0400, is what protects it)"
  }

  private var directoryOption: String { directory == "mtls_certs" ? "" : " --dir \(directory)" }
}
