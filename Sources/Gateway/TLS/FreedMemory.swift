import Glibc

/// What was freed and the allocator still keeps.
enum FreedMemory {
  /// Gives it back to the system: loading a large file leaves much behind that nothing else would ask for.
  static func giveBack() {
    // Not every C library has it, and Glibc's module does not show it.
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    typealias Trim = @convention(c) (Int) -> Int32
    _ = unsafeBitCast(symbol, to: Trim.self)(0)
  }
}
