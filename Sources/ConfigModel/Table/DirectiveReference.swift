/// The documentation of the directives, written from the table itself.
public enum DirectiveReference {
  /// The whole of `docs/directives.md`.
  public static func markdown(of table: DirectiveTable = .standard) -> String {
    let head = """
      # Directives

      Written from the directive table (`Sources/ConfigModel/Modules`): change the rows, then run the tests with
      `COUNTERSIGN_REGENERATE=1`. The language, and the meaning of every directive that nginx has too, is nginx's;
      differences are listed in [nginx-compatibility.md](nginx-compatibility.md).

      """
    return head + table.modules.map(chapter).joined()
  }

  /// The table in `docs/nginx-compatibility.md` of directives that are read and have no effect.
  public static func withoutEffect(in table: DirectiveTable = .standard) -> String {
    let lines = table.rows.compactMap { row -> String? in
      guard case .noEffect(let reason) = row.status else { return nil }
      return "| `\(row.name)` | \(row.contexts.description) | \(reason) |\n"
    }
    return "| directive | where | because |\n|---|---|---|\n" + lines.sorted().joined()
  }

  /// The table in `docs/nginx-compatibility.md` of nginx's directives that this program has not.
  public static func missing(from table: DirectiveTable = .standard, of foreign: ForeignDirectives = .nginx) -> String {
    let lines = foreign.missing(in: table).map { module, directives in
      "| `\(module)` | \(directives.map { "`\($0)`" }.joined(separator: " ")) |\n"
    }
    return "| module | directives |\n|---|---|\n" + lines.joined()
  }

  private static func chapter(_ module: DirectiveTable.Module) -> String {
    "\n## \(module.name)\n" + module.rows.map(entry).joined()
  }

  private static func entry(_ row: DirectiveRow) -> String {
    let arguments = row.syntax.isEmpty ? "" : " " + row.syntax
    let end = row.takesBlock ? " { … }" : ";"
    let value = row.defaultText.map { "`\(row.name) \($0);`" } ?? "none"
    let facts = row.takesBlock ? [] : ["Default: \(value)"]
    let place = "Context: \(row.contexts.description)"
    return """

      ### \(row.name)

      `\(row.name)\(arguments)\(end)`

      \(row.meaning)

      \((facts + [place]).joined(separator: " · "))

      """
  }
}
