import Foundation
import Testing

/// The programs that the guide's readers use, against the real gateway.
@Suite("Client programs")
struct ClientProgramTests {
  static func server(_ scene: Scene) -> String {
    """
    server {
      listen 127.0.0.1:@PORT1@ ssl;
      http2 on;
      server_name localhost;
      ssl_certificate \(scene.server.certificate);
      ssl_certificate_key \(scene.server.key);
      ssl_client_certificate \(scene.authority.certificate);
      ssl_verify_client on;
      location / {
        return 200 "mTLS Authentication Successful!\\nClient DN: $ssl_client_s_dn\\n$server_protocol $ssl_protocol\\n";
        add_header Content-Type text/plain;
      }
    }
    """
  }

  @Test("Python requests, as in the guide")
  func python() throws {
    let scene = try Scene()
    let gateway = try scene.start(Self.server(scene))
    let client = try scene.authority.issue("client1")
    let script = try scene.directory.write(
      "client.py",
      """
      import requests
      response = requests.get("https://localhost:\(scene.ports[0])/",
          cert=("\(client.certificate)", "\(client.key)"), verify="\(scene.authority.certificate)", timeout=20)
      response.raise_for_status()
      print(response.status_code, response.text)
      try:
          refused = requests.get("https://localhost:\(scene.ports[0])/", verify="\(scene.authority.certificate)", timeout=20)
          print("without a certificate:", refused.status_code)
      except requests.exceptions.RequestException as problem:
          print("without a certificate:", problem)
      """)
    let run = try Program.run(Self.pythonWithRequests(), [script])
    #expect(run.succeeded, "\(run.errors)")
    #expect(run.output.contains("200 mTLS Authentication Successful!\nClient DN: CN=client1,O=Test"))
    #expect(run.output.contains("without a certificate: 400"))
    #expect(gateway.isRunning)
  }

  /// Debian's python3-requests belongs to Debian's interpreter; another python3 may come first in PATH.
  private static func pythonWithRequests() throws -> String {
    for candidate in ["/usr/bin/python3", "python3"] {
      guard Program.find(candidate) != nil else { continue }
      if try Program.run(candidate, ["-c", "import requests"]).succeeded { return candidate }
    }
    throw MissingProgram(name: "python3-requests")
  }

  @Test("Go net/http, as in the guide, over HTTP/1.1 and HTTP/2")
  func go() throws {
    let scene = try Scene()
    let gateway = try scene.start(Self.server(scene))
    let client = try scene.authority.issue("client1")
    try scene.directory.write("client/go.mod", "module client\n\ngo 1.19\n")
    try scene.directory.write("client/main.go", Self.goProgram)
    let binary = scene.directory.file("client/client")
    let built = try Program.run(
      "go", ["build", "-o", binary, "."], directory: scene.directory.file("client"),
      environment: ["GOFLAGS": "-mod=mod", "GOCACHE": scene.directory.file("gocache"), "GO111MODULE": "on"], limit: 300)
    #expect(built.succeeded, "\(built.errors)")
    for (flag, version) in [("1", "HTTP/1.1"), ("2", "HTTP/2.0")] {
      let run = try Program.run(
        binary,
        [
          client.certificate, client.key, scene.authority.certificate, "https://localhost:\(scene.ports[0])/", flag,
        ])
      #expect(run.succeeded, "\(run.errors)")
      #expect(
        run.output
          == "Status Code: 200\nmTLS Authentication Successful!\nClient DN: CN=client1,O=Test\n\(version) TLSv1.3\n")
    }
    #expect(gateway.isRunning)
  }

  private static let goProgram = """
    package main

    import (
    	"crypto/tls"
    	"crypto/x509"
    	"fmt"
    	"io"
    	"net/http"
    	"os"
    )

    func main() {
    	clientCert, err := tls.LoadX509KeyPair(os.Args[1], os.Args[2])
    	check(err)
    	authority, err := os.ReadFile(os.Args[3])
    	check(err)
    	pool := x509.NewCertPool()
    	pool.AppendCertsFromPEM(authority)
    	config := &tls.Config{Certificates: []tls.Certificate{clientCert}, RootCAs: pool}
    	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: os.Args[5] == "2"}}
    	resp, err := client.Get(os.Args[4])
    	check(err)
    	defer resp.Body.Close()
    	body, err := io.ReadAll(resp.Body)
    	check(err)
    	fmt.Println("Status Code:", resp.StatusCode)
    	fmt.Print(string(body))
    }

    func check(err error) {
    	if err != nil {
    		fmt.Fprintln(os.Stderr, err)
    		os.Exit(1)
    	}
    }

    """

  /// Chromium asks which certificate to show; a policy answers for it, and policies are root's.
  private static let canWritePolicy = getuid() == 0

  @Test(
    "headless Chromium with the .p12 in its NSS store",
    .enabled(if: canWritePolicy, "needs root, to choose the certificate by policy"))
  func chromium() throws {
    let scene = try Scene()
    let gateway = try scene.start(Self.server(scene))
    let client = try scene.authority.issue("client1")
    let home = scene.directory.file("home")
    let database = "sql:\(home)/.pki/nssdb"
    try FileManager.default.createDirectory(atPath: "\(home)/.pki/nssdb", withIntermediateDirectories: true)
    let p12 = scene.directory.file("client.p12")
    try Program.run(
      "openssl",
      ["pkcs12", "-export", "-in", client.certificate, "-inkey", client.key, "-out", p12, "-passout", "pass:secret"])
    for arguments in [
      ["certutil", "-N", "-d", database, "--empty-password"],
      ["certutil", "-A", "-d", database, "-n", "ca", "-t", "C,,", "-i", scene.authority.certificate],
      ["pk12util", "-i", p12, "-d", database, "-W", "secret", "-K", ""],
    ] {
      let run = try Program.run(arguments[0], Array(arguments.dropFirst()))
      #expect(run.succeeded, "\(arguments[0]): \(run.errors)\(run.output)")
    }
    let policies = "/etc/chromium/policies/managed"
    try FileManager.default.createDirectory(atPath: policies, withIntermediateDirectories: true)
    let policy = "\(policies)/countersign-test-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: policy) }
    try #"{"AutoSelectCertificateForUrls":["{\"pattern\":\"https://localhost:\#(scene.ports[0])\",\"filter\":{}}"]}"#
      .write(toFile: policy, atomically: true, encoding: .utf8)
    let run = try Program.run(
      "chromium",
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir=\(home)/profile",
        "--timeout=20000", "--dump-dom", "https://localhost:\(scene.ports[0])/",
      ], environment: ["HOME": home], limit: 90)
    #expect(
      run.output.contains("mTLS Authentication Successful!"), "\(run.output.suffix(800))\(run.errors.suffix(800))")
    #expect(run.output.contains("CN=client1,O=Test"))
    #expect(gateway.isRunning)
  }

  @Test("openssl s_client sees the chain, the CA names and resumes a session")
  func opensslClient() throws {
    let scene = try Scene()
    let gateway = try scene.start(Self.server(scene))
    let client = try scene.authority.issue("client1")
    let session = scene.directory.file("session.pem")
    for version in ["-tls1_2", "-tls1_3"] {
      let common = [
        "s_client", "-connect", "127.0.0.1:\(scene.ports[0])", "-servername", "localhost", "-cert", client.certificate,
        "-key", client.key, "-CAfile", scene.authority.certificate, version, "-ign_eof",
      ]
      let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
      let first = try Program.run("openssl", common + ["-sess_out", session], input: request)
      #expect(first.output.contains("CN = ca CA"))
      #expect(first.output.contains("Client DN: CN=client1,O=Test"))
      let second = try Program.run("openssl", common + ["-sess_in", session], input: request)
      #expect(second.output.contains("Reused, TLSv1."), "\(version): \(second.output.suffix(600))")
      #expect(second.output.contains("Client DN: CN=client1,O=Test"))
    }
    #expect(gateway.isRunning)
  }
}
