import ConfigSyntax
import Testing

/// The words of each directive of a file, blocks left out.
private func words(_ text: String) -> [[String]] {
  SyntaxTree(bytes: Array(text.utf8), file: "f").directives.map { [$0.name.text] + $0.arguments.map(\.text) }
}

private func failure(_ text: String) -> String? {
  SyntaxTree(bytes: Array(text.utf8), file: "f").failure?.description
}

@Suite("nginx's lexical rules")
struct LexicalTests {
  @Test(
    "words end at space, semicolon and opening brace",
    arguments: [
      ("a b;", ["a", "b"]), ("a\tb\r\n\tc ;", ["a", "b", "c"]), ("a;", ["a"]), ("a b}c;", ["a", "b}c"]),
      ("a b#c;", ["a", "b#c"]), ("a b\"c\"d;", ["a", "b\"c\"d"]), ("a x'y;", ["a", "x'y"]),
      ("a # comment; { \" '\n b;", ["a", "b"]), ("a {}", ["a"]),
    ])
  func bare(_ text: String, _ expected: [String]) {
    #expect(words(text).first == expected)
    #expect(failure(text) == nil)
  }

  @Test(
    "quotes keep everything but their own kind",
    arguments: [
      (#"a "b c";"#, ["a", "b c"]), (#"a 'b "c"';"#, ["a", #"b "c""#]), (#"a "it's";"#, ["a", "it's"]),
      (#"a "";"#, ["a", ""]), (#"a "{;}#";"#, ["a", "{;}#"]), ("a \"b\nc\";", ["a", "b\nc"]),
      (#"a ("b") ;"#, ["a", #"("b")"#]), (#"if "x") ;"#, ["if", "x", ")"]),
    ])
  func quoted(_ text: String, _ expected: [String]) {
    #expect(words(text).first == expected)
    #expect(failure(text) == nil)
  }

  @Test(
    "escapes are resolved in bare and in quoted words alike",
    arguments: [
      (#"a "x\ty\rz\n";"#, "x\ty\rz\n"), (#"a "\"q\" \\ \'";"#, #""q" \ '"#), (#"a b\ c;"#, #"b\ c"#),
      (#"a \.php$;"#, #"\.php$"#), (#"a b\;c;"#, #"b\;c"#), (#"a "\d";"#, #"\d"#), (#"a '\$';"#, #"\$"#),
    ])
  func escapes(_ text: String, _ expected: String) {
    #expect(words(text).first?.last == expected)
    #expect(failure(text) == nil)
  }

  @Test("a variable's brace stays in its word, in and outside quotes")
  func variables() {
    #expect(words("set $a ${b}c; d;") == [["set", "$a", "${b}c"], ["d"]])
    #expect(words(#"set $a "${b} {c}";"#) == [["set", "$a", "${b} {c}"]])
    #expect(words("rewrite ^(.*)$ /x;") == [["rewrite", "^(.*)$", "/x"]])
  }

  @Test("a regular expression with braces must stand in quotes")
  func bracesInExpressions() throws {
    let quoted = SyntaxTree(bytes: Array(#"location ~ "^/[a-z]{2}/" { return 200; }"#.utf8), file: "f")
    #expect(quoted.failure == nil)
    #expect(quoted.directives[0].arguments.map(\.text) == ["~", "^/[a-z]{2}/"])
    let bare = SyntaxTree(bytes: Array("location ~ ^/[a-z]{2}/ { return 200; }".utf8), file: "f")
    #expect(bare.directives[0].arguments.map(\.text) == ["~", "^/[a-z]"])
    #expect(bare.failure != nil)
  }

  @Test("a directive's line is the one where it ends, a block's the one of its brace")
  func lines() throws {
    let tree = SyntaxTree(bytes: Array("a\n b\n;\nc d\n{\n e;\n}\n".utf8), file: "f")
    #expect(tree.directives.map(\.position.line) == [3, 5])
    #expect(tree.directives[1].block?.map(\.position.line) == [6])
    #expect(tree.directives[1].endPosition.line == 7)
  }

  @Test(
    "malformed text is refused with nginx's words and line",
    arguments: [
      ("a {\n b;\n", "unexpected end of file, expecting \"}\" in f:3"),
      ("a b", "unexpected end of file, expecting \";\" or \"}\" in f:1"),
      ("a \"b;\n}\n", "unexpected end of file, expecting \";\" or \"}\" in f:3"),
      ("a;\n}", "unexpected \"}\" in f:2"), ("a b }", "unexpected \"}\" in f:1"), (";", "unexpected \";\" in f:1"),
      ("\n{", "unexpected \"{\" in f:2"), ("a \"b\"c;", "unexpected \"c\" in f:1"),
      ("a 'b'\"c\";", "unexpected \"\"\" in f:1"), ("a;\nb\0c;", "unexpected NUL byte in f:2"),
      ("a \"\0\";", "unexpected NUL byte in f:1"),
    ])
  func malformed(_ text: String, _ expected: String) {
    #expect(failure(text) == expected)
  }

  @Test("what stands before a mistake is kept, unclosed blocks too")
  func kept() {
    let tree = SyntaxTree(bytes: Array("a; b { c; d".utf8), file: "f")
    #expect(tree.directives.map(\.name.text) == ["a", "b"])
    #expect(tree.directives[1].block?.map(\.name.text) == ["c"])
  }

  @Test("blocks nest a hundred deep, no deeper")
  func depth() {
    let deep = String(repeating: "a { ", count: 100) + String(repeating: "}", count: 100)
    #expect(failure(deep) == nil)
    #expect(failure(String(repeating: "a { ", count: 101)) == "blocks are nested deeper than 100 in f:1")
    #expect(failure(String(repeating: "a{", count: 1_000_000)) == "blocks are nested deeper than 100 in f:1")
  }

  @Test("a file of a million bytes and one word of as many are read")
  func large() {
    #expect(words(String(repeating: "a b;\n", count: 200_000)).count == 200_000)
    #expect(words("a " + String(repeating: "x", count: 1_000_000) + ";").first?.last?.utf8.count == 1_000_000)
  }

  @Test("the command line takes directives, no blocks, and says where it is")
  func commandLine() {
    #expect(SyntaxTree(commandLine: "daemon off; pid x;").directives.count == 2)
    #expect(
      SyntaxTree(commandLine: "daemon off").failure?.description
        == "unexpected end of parameter, expecting \";\" in command line")
    #expect(
      SyntaxTree(commandLine: "events {}").failure?.description
        == "block directives are not supported in -g option in command line")
  }
}

@Suite("suggestions for misspelt names")
struct SpellingTests {
  private let names = ["ssl_verify_client", "ssl_verify_depth", "listen", "root", "return", "set"]

  @Test(
    "the nearest name within reach is found",
    arguments: [
      ("ssl_verify_cilent", "ssl_verify_client"), ("lisen", "listen"), ("roots", "root"), ("retrun", "return"),
      ("sslverify_client", "ssl_verify_client"),
    ])
  func near(_ name: String, _ expected: String) {
    #expect(Spelling.nearest(to: name, among: names) == expected)
  }

  @Test("nothing is suggested for a name that is like no other", arguments: ["fastcgi_pass", "x", "", "gzip"])
  func far(_ name: String) {
    #expect(Spelling.nearest(to: name, among: names) == nil)
  }
}
