import Testing
import Trust

@testable import TrustFeeds

@Suite("The file of public suffixes")
struct PublicSuffixFileTests {
  @Test("a file with rules is a list, anything else is none")
  func reading() throws {
    let scratch = try Scratch()
    func list(_ text: String) throws -> PublicSuffixList? {
      PublicSuffixFile.read(try scratch.write("list.dat", Array(text.utf8)))
    }
    #expect(try list("com\nco.uk\n")?.isPublicSuffix("co.uk") == true)
    #expect(try list("// nothing\n") == nil)
    #expect(PublicSuffixFile.read(scratch.path + "/none") == nil)
    #expect(PublicSuffixFile.read(scratch.path) == nil)
  }

  @Test("only the strict profile of servers asks for it")
  func policies() {
    #expect(PublicSuffixFile.list(for: .compatible, purpose: .server) == nil)
    #expect(PublicSuffixFile.list(for: .strict, purpose: .client) == nil)
  }
}
