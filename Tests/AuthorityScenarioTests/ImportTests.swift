import Authority
import Foundation
import PKI
import Testing

@Suite("Taking over a CA")
struct ImportTests {
  /// An `openssl ca` directory with `count` certificates, made by OpenSSL itself.
  private func openSSLDirectory(_ scenario: Scenario, count: Int) throws -> String {
    let script = """
      set -e; mkdir -p old/newcerts old/private; cd old; : > index.txt; echo 1000 > serial; echo 2A > crlnumber
      cat > openssl.cnf <<'END'
      [ca]
      default_ca=d
      [d]
      database=index.txt
      new_certs_dir=newcerts
      certificate=cacert.pem
      serial=serial
      crlnumber=crlnumber
      private_key=private/cakey.pem
      default_days=365
      default_crl_days=30
      default_md=sha256
      policy=p
      unique_subject=no
      x509_extensions=usr
      [p]
      organizationName=optional
      commonName=supplied
      [usr]
      basicConstraints=CA:FALSE
      extendedKeyUsage=clientAuth
      END
      openssl ecparam -name prime256v1 -genkey -noout | openssl ec -aes256 -passout pass:old -out private/cakey.pem
      openssl req -x509 -new -key private/cakey.pem -passin pass:old -days 3650 -subj "/O=Old/CN=Old CA" -out cacert.pem
      openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out k.key
      for i in 1 2 3 4 5; do openssl req -new -key k.key -subj "/O=Old/CN=user$i" -out $i.csr; done
      openssl ca -config openssl.cnf -batch -notext -passin pass:old -infiles \
        $(for i in $(seq \(count / 5)); do echo 1.csr 2.csr 3.csr 4.csr 5.csr; done)
      revoke="openssl ca -config openssl.cnf -passin pass:old -revoke"
      $revoke newcerts/1001.pem -crl_reason keyCompromise; $revoke newcerts/1005.pem; $revoke newcerts/1006.pem -crl_reason superseded
      $revoke newcerts/1007.pem -crl_hold holdInstructionReject; $revoke newcerts/1008.pem -crl_compromise 20260101000000Z
      openssl ca -config openssl.cnf -passin pass:old -gencrl -out crl.pem
      """
    let outcome = try Program.run("bash", ["-c", script], in: scenario.folder)
    guard outcome.status == 0 else { throw ScenarioFailure(what: outcome.errors) }
    return scenario.folder + "/old"
  }

  @Test("an openssl ca directory of 1,000 certificates comes over whole, and its work goes on")
  func thousand() throws {
    let scenario = try Scenario(nil)
    let old = try openSSLDirectory(scenario, count: 1000)
    let passphrase = try scenario.write("old\n", to: "passphrase")
    try scenario.mustRun(["ca", "import", old, "--passphrase-file", passphrase])
    let rows = try String(contentsOfFile: old + "/index.txt", encoding: .utf8).split(separator: "\n")
    let listed = try scenario.list()
    #expect(listed.map(\.serial) == rows.map { String($0.split(separator: "\t", omittingEmptySubsequences: false)[3]) })
    #expect(listed.filter { $0.reason != nil }.map(\.serial) == ["1001", "1005", "1006", "1007", "1008"])
    let crl = try CertificateRevocationList(pem: FileReader.bytes(of: scenario.pki + "/ca/ca.crl"))
    // OpenSSL's own list was number 2A.
    #expect(try crl.crlNumber()?.hexString == "2B")
    let before = try CertificateRevocationList(pem: FileReader.bytes(of: old + "/crl.pem"))
    #expect(Array(crl.entries) == Array(before.entries))
    try goesOn(scenario, passphrase: passphrase)
  }

  private func goesOn(_ scenario: Scenario, passphrase: String) throws {
    try scenario.mustRun(["issue", "client", "new", "--passphrase-file", passphrase])
    try scenario.mustRun(["revoke", "1002", "--passphrase-file", passphrase])
    try scenario.mustRun(["ca", "crl", "--passphrase-file", passphrase])
    #expect(try scenario.openssl(["crl", "-in", "pki/ca/ca.crl", "-noout", "-crlnumber"]).output.contains("2D"))
    let check = ["verify", "-crl_check", "-CAfile", "pki/ca/ca.crt", "-CRLfile", "pki/ca/ca.crl"]
    #expect(try scenario.openssl(check + ["pki/client/new.crt", "old/newcerts/1003.pem"]).status == 0)
    #expect(try scenario.openssl(check + ["old/newcerts/1002.pem"]).status != 0)
    #expect(try scenario.openssl(["pkey", "-in", "pki/ca/ca.key", "-passin", "pass:old", "-noout"]).status == 0)
    let again = try scenario.countersign(["ca", "import", scenario.folder + "/old", "--passphrase-file", passphrase])
    #expect(again.status == 1)
  }

  @Test("damaged rows are named by file and line and stop the import whole; --skip-damaged takes the rest")
  func damaged() throws {
    let scenario = try Scenario(nil)
    let old = try openSSLDirectory(scenario, count: 20)
    let passphrase = try scenario.write("old\n", to: "passphrase")
    var rows = try String(contentsOfFile: old + "/index.txt", encoding: .utf8).components(separatedBy: "\n")
    rows[2] = rows[2].replacing("\t1002\t", with: "\t10x2\t")
    rows[9] = "garbage"
    try rows.joined(separator: "\n").write(toFile: old + "/index.txt", atomically: false, encoding: .utf8)
    try "not a certificate".write(toFile: old + "/newcerts/100C.pem", atomically: false, encoding: .utf8)
    let refused = try scenario.countersign(["ca", "import", old, "--passphrase-file", passphrase])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("old/index.txt:3: ") && refused.errors.contains("old/index.txt:10: "))
    #expect(refused.errors.contains("old/newcerts/100C.pem: "))
    #expect(!FileManager.default.fileExists(atPath: scenario.pki + "/ca/ca.key"))
    let taken = try scenario.mustRun(["ca", "import", old, "--passphrase-file", passphrase, "--skip-damaged"])
    #expect(taken.errors.contains("index.txt:3"))
    // The damaged rows' certificates come over from newcerts/, on hold: a row may have revoked its certificate.
    let listed = try scenario.list()
    #expect(listed.count == 20)
    #expect(listed.filter { $0.status == "held" }.map(\.serial).sorted() == ["1002", "1007", "1009"])
  }

  @Test("an easy-rsa directory comes over with names, keys and the number of its CRL")
  func easyRSA() throws {
    let scenario = try Scenario(nil)
    let script = """
      set -e; mkdir -p rsa/pki/issued rsa/pki/private rsa/pki/certs_by_serial; cd rsa/pki
      openssl req -x509 -newkey rsa:2048 -nodes -keyout k -days 3650 -subj "/CN=Easy-RSA CA" -out ca.crt
      openssl rsa -in k -traditional -out private/ca.key; rm k
      openssl req -new -newkey rsa:2048 -nodes -keyout private/vpn.key -subj "/CN=vpn" -out vpn.req
      openssl x509 -req -in vpn.req -CA ca.crt -CAkey private/ca.key -set_serial 0xA1B2C3 -days 300 -out issued/vpn.crt
      cp issued/vpn.crt certs_by_serial/A1B2C3.pem
      end=$(date -u -d "$(openssl x509 -in issued/vpn.crt -noout -enddate | cut -d= -f2)" +%y%m%d%H%M%SZ)
      printf 'V\\t%s\\t\\tA1B2C3\\tunknown\\t/CN=vpn\\nE\\t200101000000Z\\t\\t05\\tunknown\\t/CN=gone\\n' $end > index.txt
      echo A1B2C4 > serial
      """
    let made = try Program.run("bash", ["-c", script], in: scenario.folder)
    #expect(made.status == 0, "\(made.errors)")
    let imported = try scenario.mustRun(["ca", "import", scenario.folder + "/rsa"])
    let listed = try scenario.list()
    #expect(listed.map(\.name) == ["vpn", "gone"])
    #expect(listed.map(\.status) == ["valid", "expired"])
    #expect(imported.errors.contains("left in \(scenario.folder)/rsa/pki: vpn.req"))
    #expect(imported.errors.contains("ca.key can still sign"))
    #expect(scenario.names("client") == ["vpn.crt", "vpn.key"])
    try oldPlaceIsForgotten(scenario)
  }

  /// Nothing of the old directory is touched, and with it gone everything goes on.
  private func oldPlaceIsForgotten(_ scenario: Scenario) throws {
    func state() throws -> String {
      let script = "find rsa -exec stat -c '%n %a %Y %Z' {} +; find rsa -type f -exec sha256sum {} +"
      return try Program.run("sh", ["-c", script], in: scenario.folder).output
    }
    let before = try state()
    let password = try scenario.write("p\n", to: "password")
    try scenario.mustRun(["export", "p12", "vpn", "--password-file", password])
    try scenario.mustRun(["renew", "vpn"])
    try scenario.mustRun(["renew", "vpn", "--rekey", "--revoke-old"])
    #expect(try state() == before)
    #expect(scenario.names("client").contains("vpn.p12"))
    #expect(try scenario.openssl(["pkcs12", "-in", "pki/client/vpn.p12", "-passin", "pass:p", "-noout"]).status == 0)
    try FileManager.default.removeItem(atPath: scenario.folder + "/rsa")
    try scenario.mustRun(["renew", "vpn"])
    try scenario.mustRun(["export", "p12", "vpn", "--password-file", password, "--force"])
    try scenario.mustRun(["revoke", "vpn"])
  }

  @Test("a key that is not the certificate's stays behind; of two rows of one serial the one that revokes counts")
  func foreignKeyAndTwin() throws {
    let scenario = try Scenario(nil)
    let script = """
      set -e; mkdir -p rsa/issued rsa/private rsa/revoked/certs_by_serial; cd rsa
      openssl req -x509 -newkey rsa:2048 -nodes -keyout private/ca.key -days 3650 -subj "/CN=CA" -out ca.crt
      openssl req -new -newkey rsa:2048 -nodes -keyout private/a.key -subj "/CN=a" -out a.req
      openssl x509 -req -in a.req -CA ca.crt -CAkey private/ca.key -set_serial 0x11 -days 300 -out issued/a.crt
      openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out private/a.key
      end=$(date -u -d "$(openssl x509 -in issued/a.crt -noout -enddate | cut -d= -f2)" +%y%m%d%H%M%SZ)
      printf 'V\\t%s\\t\\t11\\tunknown\\t/CN=a\\n' $end > index.txt
      printf 'R\\t%s\\t200101000000Z,keyCompromise\\t11\\tunknown\\t/CN=a\\n' $end >> index.txt
      """
    let made = try Program.run("bash", ["-c", script], in: scenario.folder)
    #expect(made.status == 0, "\(made.errors)")
    let refused = try scenario.countersign(["ca", "import", scenario.folder + "/rsa"])
    #expect(refused.status == 1 && refused.errors.contains("index.txt:2: serial 11 is in line 1 already"))
    let imported = try scenario.mustRun(["ca", "import", scenario.folder + "/rsa", "--skip-damaged"])
    #expect(imported.errors.contains("private/a.key: does not belong to the certificate"))
    #expect(imported.errors.contains("left in \(scenario.folder)/rsa: a.req, private/a.key"))
    #expect(scenario.names("client") == ["a.crt"])
    #expect(try scenario.list().map(\.reason) == ["keyCompromise"])
  }

  @Test("a CA made by the guide's own commands is taken over in its place")
  func inPlace() throws {
    let scenario = try Scenario(nil)
    let script = """
      set -e; mkdir -p pki/ca pki/server pki/client; cd pki
      openssl genpkey -algorithm RSA -out ca/ca.key -aes256 -pass pass:guide -pkeyopt rsa_keygen_bits:2048
      openssl req -x509 -new -key ca/ca.key -passin pass:guide -sha256 -days 3650 -out ca/ca.crt -subj "/O=MyInternalOrg/CN=MyInternalCA"
      touch ca/index.txt; echo 1000 > ca/serial
      """
    #expect(try Program.run("bash", ["-c", script], in: scenario.folder).status == 0)
    let passphrase = try scenario.write("guide\n", to: "passphrase")
    let key = try FileReader.bytes(of: scenario.pki + "/ca/ca.key")
    try scenario.mustRun(["ca", "import", scenario.pki, "--passphrase-file", passphrase])
    #expect(try FileReader.bytes(of: scenario.pki + "/ca/ca.key") == key)
    try scenario.mustRun(["issue", "client", "client1", "--passphrase-file", passphrase])
    #expect(try scenario.openssl(["verify", "-CAfile", "pki/ca/ca.crt", "pki/client/client1.crt"]).status == 0)
  }
}
