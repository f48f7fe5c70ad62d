import Cryptography
import PKI
import Trust

/// Chains against a root whose key nobody has any more: whatever holds is made of the certificates below.
enum ChainFuzzing {
  /// The first byte chooses the policy; then certificates, each behind its length in two bytes.
  static func chain(_ bytes: [UInt8]) {
    guard let first = bytes.first, let root else { return }
    var certificates: [[UInt8]] = []
    var rest = bytes.dropFirst()
    while rest.count >= 2, certificates.count < 64 {
      let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
      certificates.append(Array(rest.dropFirst(2).prefix(length)))
      rest = rest.dropFirst(2 + length)
    }
    let purposes = Purpose.allCases
    var policy = VerificationPolicy(
      purpose: purposes[Int(first & 3) % purposes.count], maximumDepth: 8, algorithms: .standard)
    if first & 4 != 0 { policy.identity = .host("a.fuzz.test") }
    if first & 8 != 0 { policy.policies.requiresExplicitPolicy = true }
    let verifier = Verifier(snapshot: TrustSnapshot(generation: 1, anchors: [root]), policy: policy)
    let chain = PresentedChain(certificates)
    let verdict = verifier.verdict(on: chain, at: moment)
    _ = (verdict.verifyText, verdict.identity, verdict.findings.map(\.detail))
    expect(verdict.isVerified || !verdict.findings.isEmpty, "a refusal says why")
    guard let path = verdict.chain else { return }
    expect(path.certificates.last == root, "a path ends in the root")
    for certificate in path.certificates {
      expect(known.contains { $0.tbsBytes == certificate.tbsBytes }, "nothing is accepted that the root did not sign")
    }
  }

  /// Within the life of the certificates below.
  static let moment = UnixTime(1_900_000_000)

  static let known: [Certificate] = ((try? PEM.decode(Array(text.utf8))) ?? []).compactMap {
    try? Certificate(der: $0.bytes)
  }

  static let root: Certificate? = known.first { $0.isSelfIssued }

  /// Leaf, intermediate, root, OCSP responder.
  private static let text = """
    -----BEGIN CERTIFICATE-----
    MIICyDCCAm6gAwIBAgIBAzAKBggqhkjOPQQDAjAgMQ0wCwYDVQQKDARGdXp6MQ8w
    DQYDVQQDDAZNaWRkbGUwIBcNMjYxMTIxMTYyMzUyWhgPMjEyNTA2MTUxNjIzNTJa
    MEQxDTALBgNVBAoMBEZ1enoxFzAIBgNVBAsMAWEwCwYDVQQDDARsZWFmMRowGAYJ
    KoZIhvcNAQkBFgtjQGdvb2QudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
    BOtrYEqb1jCQ7druQuP4JKYLiJA9/jRRvKTbFI1AvzyB2zbpM1eiyMGuNyBfVDyB
    4ElWCqKTpUJpYBcS5XhSB0WjggFxMIIBbTAJBgNVHRMEAjAAMA4GA1UdDwEB/wQE
    AwIHgDAdBgNVHSUEFjAUBggrBgEFBQcDAgYIKwYBBQUHAwEwHQYDVR0OBBYEFNp1
    5Txod1lctuASw5LW9f8ulv79MB8GA1UdIwQYMBaAFHFnb1utx08hIc/NVpZtQI+t
    8hbMMH4GA1UdEQR3MHWCC2EuZnV6ei50ZXN0ggsqLmZ1enoudGVzdIcECgECA4YV
    aHR0cHM6Ly94LmZ1enoudGVzdC9hgQthQGdvb2QudGVzdKQQMA4xDDAKBgNVBAMM
    A0RpcogCKgOgGQYIKwYBBQUHCAmgDQwLYkBnb29kLnRlc3QwEAYDVR0gBAkwBzAF
    BgMqAwQwKwYDVR0fBCQwIjAgoB6gHIYaaHR0cDovL2NybC5mdXp6LnRlc3QvYS5j
    cmwwMgYIKwYBBQUHAQEEJjAkMCIGCCsGAQUFBzABhhZodHRwOi8vb2NzcC5mdXp6
    LnRlc3QvMAoGCCqGSM49BAMCA0gAMEUCIF6FHOJnefZ3oMEKuHxim1Zc8OCkvFEC
    a6D1v+ABRSAMAiEA5cVeu2SGVmBIlj9PxaYvSofOdX+s+fkB+fDTwCRD45k=
    -----END CERTIFICATE-----
    -----BEGIN CERTIFICATE-----
    MIICJTCCAcqgAwIBAgIBAjAKBggqhkjOPQQDAjAeMQ0wCwYDVQQKDARGdXp6MQ0w
    CwYDVQQDDARSb290MCAXDTI2MTEyMTE2MjM1MloYDzIxMjUwNjE1MTYyMzUyWjAg
    MQ0wCwYDVQQKDARGdXp6MQ8wDQYDVQQDDAZNaWRkbGUwWTATBgcqhkjOPQIBBggq
    hkjOPQMBBwNCAARv/PBErPUMo4fEfpIlNF0V9KK0QoNuTJ18uTIXZ8LUBExLPFb3
    1RNPe2e1u9GVYULcDm8ddAfcNpsvRFI566bOo4H0MIHxMBIGA1UdEwEB/wQIMAYB
    Af8CAQAwDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBRxZ29brcdPISHPzVaWbUCP
    rfIWzDAfBgNVHSMEGDAWgBTQabZRQbMq/POB7KAJatytfZAsyzBXBgNVHR4BAf8E
    TTBLoCcwC4IJZnV6ei50ZXN0MAqHCAoAAAD/AAAAMAyGCi5mdXp6LnRlc3ShIDAK
    gQhiYWQudGVzdDASpBAwDjEMMAoGA1UECgwDQmFkMBgGA1UdIAQRMA8wBQYDKgME
    MAYGBFUdIAAwDAYDVR0kBAUwA4EBATAKBgNVHTYEAwIBAzAKBggqhkjOPQQDAgNJ
    ADBGAiEAtvt0CqYn+SRJW7FJPci90YFULgmDdFc8jLWnxg4XhkoCIQCydPfu8beN
    +KiEHUeQdcbvn58JQd0Lc+ri2a568EBr2Q==
    -----END CERTIFICATE-----
    -----BEGIN CERTIFICATE-----
    MIIBcTCCARigAwIBAgIBATAKBggqhkjOPQQDAjAeMQ0wCwYDVQQKDARGdXp6MQ0w
    CwYDVQQDDARSb290MCAXDTI2MTEyMTE2MjM1MloYDzIxMjYxMDI4MTYyMzUyWjAe
    MQ0wCwYDVQQKDARGdXp6MQ0wCwYDVQQDDARSb290MFkwEwYHKoZIzj0CAQYIKoZI
    zj0DAQcDQgAEtUIa9OZzW480eP1Dv3sT6xgcfVrgpgCxpB3UAtykiftV9wQRvSAW
    OdfbVRuEh7iXVO6/Wl6RHTexytWYqIFiwaNFMEMwEgYDVR0TAQH/BAgwBgEB/wIB
    AjAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFNBptlFBsyr884HsoAlq3K19kCzL
    MAoGCCqGSM49BAMCA0cAMEQCICPE+3weXRNJB4b+7sOrYgsJrD9YwoYGk/aCCByu
    FFX1AiBsTSI1Vlh1Xycc+glpOG/bNfR56G/cU2py3xhR7iC1/A==
    -----END CERTIFICATE-----
    -----BEGIN CERTIFICATE-----
    MIIBpTCCAUugAwIBAgIBBDAKBggqhkjOPQQDAjAgMQ0wCwYDVQQKDARGdXp6MQ8w
    DQYDVQQDDAZNaWRkbGUwIBcNMjYxMTIxMTYyMzUzWhgPMjEyNTA2MTUxNjIzNTNa
    MA8xDTALBgNVBAMMBG9jc3AwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATjMc+p
    FUwWO9zmXPtUYzt32LTMiH49hserJghBOLQ63eV86yAu6fubqlBCA+Qij4drzOKN
    t5gqqr8q1e+w9PhKo4GEMIGBMAkGA1UdEwQCMAAwDgYDVR0PAQH/BAQDAgeAMBMG
    A1UdJQQMMAoGCCsGAQUFBwMJMA8GCSsGAQUFBzABBQQCBQAwHQYDVR0OBBYEFPRO
    y5O5VU1kKD3zIx4jHVCgEQ6XMB8GA1UdIwQYMBaAFHFnb1utx08hIc/NVpZtQI+t
    8hbMMAoGCCqGSM49BAMCA0gAMEUCIQCu3e9Y2GBQBaIJuuUZFOrHceFtb7ByKXbJ
    Tk//lS3LLAIgEbHT+XZGkHN+ECajFNl8m334nf/boYdb0V93qDNLJt8=
    -----END CERTIFICATE-----
    """
}
