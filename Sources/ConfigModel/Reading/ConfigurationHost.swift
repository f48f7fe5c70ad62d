/// What reading a configuration needs of the machine: the reader itself opens no file and asks no resolver.
public struct ConfigurationHost: Sendable {
  /// Why a file could not be read, in the system's words: `2: No such file or directory`.
  public struct ReadFailure: Error, Hashable, Sendable {
    public var code: Int32
    public var message: String
    public init(code: Int32, message: String) {
      self.code = code
      self.message = message
    }
  }

  /// A file's bytes, by absolute path.
  public var read: @Sendable (String) throws(ReadFailure) -> [UInt8]
  /// The files that match a pattern with `*`, `?` or `[`, sorted by name.
  public var glob: @Sendable (String) -> [String]
  /// Numeric addresses of a host name, for `listen`; none where it is unknown.
  public var resolve: @Sendable (String) -> [String]
  /// What `server_name $hostname` means.
  public var name: String
  /// Whether ports below 1024 may be bound: a server without `listen` takes port 80, else 8000.
  public var isPrivileged: Bool

  public init(
    read: @escaping @Sendable (String) throws(ReadFailure) -> [UInt8],
    glob: @escaping @Sendable (String) -> [String] = { _ in [] },
    resolve: @escaping @Sendable (String) -> [String] = { $0 == "localhost" ? ["127.0.0.1"] : [] },
    name: String = "localhost", isPrivileged: Bool = true
  ) {
    self.read = read
    self.glob = glob
    self.resolve = resolve
    self.name = name
    self.isPrivileged = isPrivileged
  }
}
