import CProcess
import Glibc

/// Whether this process's memory, keys and passphrases in it, may end up in a file or in a debugger.
public enum CoreDumps {
  /// No core file, no dump by a program that the kernel would start (`core_pattern`), and no reading of the memory by
  /// other processes of the same user (PR_SET_DUMPABLE in prctl(2)).
  public static func forbid() {
    _ = countersign_set_dumpable(0)
    setSoftLimit(0)
  }

  /// What `worker_rlimit_core` asks for: core files of at most so many bytes, as far as the hard limit lets.
  public static func allow(bytes: UInt64) {
    setSoftLimit(bytes)
    _ = countersign_set_dumpable(bytes == 0 ? 0 : 1)
  }

  public static var isForbidden: Bool { countersign_is_dumpable() == 0 }

  /// The hard limit stays: a configuration may ask for core files later.
  private static func setSoftLimit(_ bytes: UInt64) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(rlim_t(bytes), limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
  }
}
