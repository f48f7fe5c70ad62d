import Foundation
import Glibc
import Synchronization
import Testing

@testable import TrustFeeds

@Suite("Reading whole files")
struct WholeFileTests {
  private func fault(_ path: String, limit: FileLimit = .certificates) -> FileFault? {
    do throws(FileFault) {
      _ = try WholeFile.read(path, limit: limit)
      return nil
    } catch {
      return error
    }
  }

  @Test("a regular file is read, through links too, up to its limit")
  func regular() throws {
    let scratch = try Scratch()
    let file = try scratch.write("a", [1, 2, 3])
    let link = scratch.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    #expect(try WholeFile.read(link, limit: FileLimit(bytes: 3)) == [1, 2, 3])
    #expect(try WholeFile.read(scratch.write("empty", []), limit: FileLimit(bytes: 3)).isEmpty)
    #expect(fault(file, limit: FileLimit(bytes: 2)) == .tooLarge(limit: 2))
  }

  @Test("a FIFO, a directory, a device or a socket in a file's place is an error that comes at once")
  func others() throws {
    let scratch = try Scratch()
    let fifo = scratch.path + "/fifo"
    #expect(mkfifo(fifo, 0o600) == 0)
    #expect(fault(fifo) == .notRegular(.fifo))
    let zero = scratch.path + "/zero"
    try FileManager.default.createSymbolicLink(atPath: zero, withDestinationPath: "/dev/zero")
    #expect(fault(zero) == .notRegular(.device))
    #expect(fault(scratch.path) == .notRegular(.directory))
    #expect(fault(scratch.path)?.code == EISDIR)
    #expect(fault(try socket(in: scratch)) == .notRegular(.socket))
    #expect(fault(scratch.path + "/none") == .system(ENOENT))
    #expect("\(FileFault.system(ENOENT))" == "2: No such file or directory")
  }

  private func socket(in scratch: Scratch) throws -> String {
    // The path must fit into sockaddr_un.
    let path = "/tmp/countersign-\(UUID().uuidString.prefix(8)).sock"
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    #expect(isBound)
    let moved = scratch.path + "/socket"
    #expect(rename(path, moved) == 0)
    return moved
  }

  @Test("a command may be handed a pipe")
  func pipes() throws {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    #expect(write(ends[1], [UInt8]([7, 8]), 2) == 2)
    close(ends[1])
    defer { close(ends[0]) }
    let path = "/proc/self/fd/\(ends[0])"
    #expect(fault(path) == .notRegular(.fifo))
    #expect(try WholeFile.read(path, limit: .certificates.acceptingStreams) == [7, 8])
  }

  @Test("a directory's regular files are listed by name, hidden ones and others apart")
  func listing() throws {
    let scratch = try Scratch()
    for name in ["b.crl", "a.crl", ".hidden"] { try scratch.write(name, [1]) }
    #expect(mkfifo(scratch.path + "/c.crl", 0o600) == 0)
    #expect(try WholeFile.files(at: scratch.path) == ["a.crl", "b.crl"].map { scratch.path + "/" + $0 })
    #expect(try WholeFile.files(at: scratch.path + "/a.crl") == [scratch.path + "/a.crl"])
  }

  @Test("where descriptors are used up the reading is tried again where there is one", arguments: [EMFILE, ENFILE])
  func exhaustion(code: Int32) throws {
    let counter = Counter()
    let value = try DescriptorReserve.shared.overcomingExhaustion { () throws(FileFault) in
      if counter.next() == 1 { throw .system(code) }
      let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
      defer { close(descriptor) }
      return descriptor >= 0
    }
    #expect(value)
    #expect(counter.next() == 3)
  }

  @Test("other failures are not tried again")
  func failures() {
    let counter = Counter()
    #expect(throws: FileFault.system(EACCES)) {
      try DescriptorReserve.shared.overcomingExhaustion { () throws(FileFault) -> Bool in
        _ = counter.next()
        throw .system(EACCES)
      }
    }
    #expect(counter.next() == 2)
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
  }
}
