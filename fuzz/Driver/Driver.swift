import FuzzTargets
import Glibc

/// libFuzzer around one reader; `COUNTERSIGN_FUZZ_TARGET` says which.
@main
enum Driver {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(runDriver(&count, &arguments, testOneInput))
  }

  fileprivate static let chosen: FuzzTarget = {
    let name = getenv("COUNTERSIGN_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
      let known = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
      preconditionFailure("COUNTERSIGN_FUZZ_TARGET is \"\(name)\"; known: \(known)")
    }
    return target
  }()
}

/// The name libFuzzer's library wants to be there.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  Driver.chosen.run(Array(UnsafeBufferPointer(start: data, count: count)))
  return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
