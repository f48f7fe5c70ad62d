import ConfigModel
import Foundation
import Testing

@testable import Gateway

/// Stands for a TLS context.
private final class Made: Sendable {}

/// What `ssl_certificate_cache` keeps, and for how long; the clock is the test's.
@Suite("Certificates kept by name")
struct CertificateMemoryTests {
  private let folder: String
  private let base = Made()

  init() throws {
    folder = NSTemporaryDirectory() + "certificates-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func names(_ name: String, text: String? = "text") throws -> CertificateNames {
    let path = "\(folder)/\(name)"
    if let text { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
    let source = CredentialSource(path)
    return CertificateNames(pairs: [.init(certificate: source, key: source)])
  }

  private func load(
    _ memory: CertificateMemory<Made>, _ names: CertificateNames, at now: Int, base: Made? = nil
  ) throws(CredentialFailure) -> Made {
    try memory.load(names, base: base ?? self.base, at: .seconds(now)) { _, _ in Made() }
  }

  private func setting(_ maximum: Int) -> CertificateCacheSetting {
    var setting = CertificateCacheSetting(maximum: maximum)
    setting.inactive = .seconds(10)
    setting.valid = .seconds(60)
    return setting
  }

  @Test("while it is valid nothing is looked at; then an unchanged file is not read again")
  func valid() throws {
    let memory = CertificateMemory<Made>(setting(4))
    let name = try names("a")
    #expect(memory.fresh(name, base: base, at: .zero) == nil)
    let first = try load(memory, name, at: 0)
    #expect(memory.fresh(name, base: base, at: .seconds(60)) === first)
    #expect(memory.fresh(name, base: base, at: .seconds(61)) == nil)
    #expect(try load(memory, name, at: 61) === first)
    #expect(memory.fresh(name, base: base, at: .seconds(100)) === first)
    _ = try names("a", text: "other text")
    #expect(try load(memory, name, at: 200) !== first)
  }

  @Test("other settings of the server make another context")
  func bases() throws {
    let memory = CertificateMemory<Made>(setting(4))
    let name = try names("a")
    let first = try load(memory, name, at: 0)
    let other = Made()
    #expect(memory.fresh(name, base: other, at: .zero) == nil)
    #expect(try load(memory, name, at: 0, base: other) !== first)
  }

  @Test("the least used make room, the idle go")
  func bounds() throws {
    let memory = CertificateMemory<Made>(setting(3))
    for (time, name) in ["a", "b", "c"].enumerated() { _ = try load(memory, try names(name), at: time) }
    #expect(memory.fresh(try names("a", text: nil), base: base, at: .seconds(3)) != nil)
    _ = try load(memory, try names("d"), at: 4)
    #expect(memory.count == 3)
    #expect(memory.fresh(try names("b", text: nil), base: base, at: .seconds(4)) == nil)
    #expect(memory.fresh(try names("a", text: nil), base: base, at: .seconds(4)) != nil)
    _ = try load(memory, try names("e"), at: 30)
    #expect(memory.count == 1)
  }

  @Test("without a cache files are read each time; the same text gives the same context, an error none")
  func unkept() throws {
    let memory = CertificateMemory<Made>(nil)
    let name = try names("a")
    let first = try load(memory, name, at: 0)
    #expect(memory.fresh(name, base: base, at: .zero) == nil)
    _ = try names("a")
    #expect(try load(memory, name, at: 1) === first)
    try FileManager.default.removeItem(atPath: "\(folder)/a")
    #expect(throws: CredentialFailure.self) { try load(memory, name, at: 2) }
    _ = try names("a")
    #expect(try load(memory, name, at: 3) !== first)
  }

  @Test("what stands behind data: is never told")
  func inline() {
    let source = CredentialSource("data:secret", folder: "/x/")
    #expect(source.path == nil && source.name == "data:…")
    #expect(CredentialSource("a", folder: "/x/").path == "/x/a")
  }
}
