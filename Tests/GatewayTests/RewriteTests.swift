import Testing

@testable import Gateway

@Suite("The rewrite module")
struct RewriteTests {
  @Test(
    "rewrite changes the URI, keeps or drops arguments, and escapes groups in them",
    arguments: [
      ("/a/x?p=1", "/b/x p=1"), ("/drop/x?p=1", "/b/x "), ("/args/x?p=1", "/b id=x&p=1"),
      ("/args/a%20b", "/b id=a%20b"),
      ("/args/a%26b?p", "/b id=a%26b&p"), ("/chain1", "/chain3 "),
    ])
  func changes(_ target: String, _ expected: String) throws {
    let site = try Site(
      """
      rewrite ^/chain1$ /chain2; rewrite ^/chain2$ /chain3;
      location / { return 200 '$uri $args'; }
      location /a/ { rewrite ^/a/(.*)$ /b/$1 last; }
      location /drop/ { rewrite ^/drop/(.*)$ /b/$1? last; }
      location /args/ { rewrite ^/args/(.*)$ /b?id=$1 last; }
      """)
    #expect(try site.send(target).body == expected)
  }

  @Test(
    "redirects carry the status, the host and the arguments",
    arguments: [
      ("/r/x?p=1", 302, "http://localhost:8080/n/x?p=1"), ("/p/x", 301, "http://localhost:8080/n/x"),
      ("/u/x?p=1", 302, "http://other/x?q=2&p=1"), ("/t", 307, "https://localhost/t"),
    ])
  func redirects(_ target: String, _ status: Int, _ location: String) throws {
    let site = try Site(
      """
      location /r/ { rewrite ^/r/(.*)$ /n/$1 redirect; }
      location /p/ { rewrite ^/p/(.*)$ /n/$1 permanent; }
      location /u/ { rewrite ^/u/(.*)$ http://other/$1?q=2; }
      location /t { return 307 https://$host$request_uri; }
      """)
    let answer = try site.send(target)
    #expect(answer.status == status)
    #expect(answer.fields["location"] == location)
    #expect(answer.body.contains("<h1>\(status)"))
  }

  @Test(
    "set, if and break work as nginx's do",
    arguments: [
      ("/if?a=1", "one"), ("/if?a=2", "other"), ("/if?b=xyz", "group y"), ("/if?c=0", "other"), ("/if?c=1", "true"),
      ("/file", "is"), ("/nofile", "not"), ("/break", "kept /break"),
    ])
  func conditions(_ target: String, _ expected: String) throws {
    let site = try Site(
      """
      location /if {
        set $answer other;
        if ($arg_a = 1) { set $answer one; }
        if ($arg_b ~ ^x(.)z$) { set $answer "group $1"; }
        if ($arg_c) { set $answer true; }
        return 200 $answer;
      }
      location ~ file { if (-f $request_filename) { return 200 is; } return 200 not; }
      location /break { set $a kept; break; return 200 unreachable; }
      location /x { return 200 x; }
      error_page 404 = /kept;
      location /kept { return 200 "$a $request_uri"; }
      """, files: ["file": "here"])
    #expect(try site.send(target).body == expected)
  }

  @Test("the settings of an if block that holds apply")
  func ifSettings() throws {
    let site = try Site(
      """
      location / {
        add_header X-In outer;
        if ($arg_a) { add_header X-In inner; }
        proxy_pass http://127.0.0.1:1;
      }
      """)
    #expect(try site.send("/").fields["x-in"] == "outer")
    #expect(try site.send("/?a=1").fields["x-in"] == "inner")
    #expect(try site.send("/?a=1").body == "echo /")
  }

  @Test("a cycle of rewrites ends in 500 and a message")
  func cycle() throws {
    let site = try Site("location / { rewrite ^ /x last; }")
    #expect(try site.send("/").status == 500)
    #expect(site.text(of: "error.log").contains("rewrite or internal redirection cycle while processing \"/x\""))
  }

  @Test("444 closes the connection without a response")
  func noResponse() throws {
    let answer = try Site("location / { return 444; }").send("/")
    #expect(answer.isClosed)
    #expect(answer.status == 0)
  }

  @Test("an unknown variable is named with its place")
  func unknownVariable() throws {
    #expect {
      try Site("location / { return 200 $nonsense; }")
    } throws: {
      "\($0)".contains("unknown \"nonsense\" variable")
    }
  }
}
