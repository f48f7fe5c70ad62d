import Synchronization

/// Numbers that separate the parts of multipart responses; unique within the process.
enum Boundary {
  private static let counter = Atomic<Int>(0)

  static func next() -> Int { counter.add(1, ordering: .relaxed).newValue }
}
