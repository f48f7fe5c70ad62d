/// The blocks of the documentation, in their order.
enum DocumentationRows {
  static let all = readme + authority + operations

  private static let unattended = ("ca init", "ca init --no-passphrase")

  private static let readme: [DocumentationRow] = [
    // The targets are there; what they run is run by the other rows, and by whoever runs this.
    DocumentationRow(
      file: "README.md", begins: "make demo", kind: .commands,
      replacing: [("make ", "make -n -C '\(Program.packageDirectory.path)' ")], then: "grep -q ' up --dir' block.out"),
    DocumentationRow(
      file: "README.md", begins: "curl --cert", kind: .commands,
      prepare: "rm -rf mtls_certs; up --listen 127.0.0.1:@PORT1@",
      replacing: [("8443", "@PORT1@")], uses: "mTLS Authentication",
      then: """
        cmp block.out other.txt
        while read -r line; do grep -qF -- "$line" up.out; done < block.sh
        countersign revoke client1
        tries=0; until sh block.sh 2> /dev/null | grep -q 'SSL certificate error'; do tries=$((tries + 1)); test $tries -lt 50; sleep 0.1; done
        """),
    DocumentationRow(
      file: "README.md", begins: "mTLS Authentication", kind: .exempt("it is what the curl line above must print")),
    DocumentationRow(
      file: "README.md", begins: "countersign up --upstream", kind: .serving,
      prepare: """
        rm -rf mtls_certs
        echo 'events { } http { server { listen 127.0.0.1:@PORT2@; return 200 "served by $host"; } }' > service.conf; serve service.conf
        """,
      replacing: [("up ", "up --listen 127.0.0.1:@PORT1@ "), ("3000", "@PORT2@")],
      then: """
        cp mtls_certs/ca/ca.crt .; test -f mtls_certs/client/bob.p12; test -f mtls_certs/gateway.conf
        ask --resolve api.internal:@PORT1@:127.0.0.1 https://api.internal:@PORT1@/ | grep -q 'served by'
        """),
    DocumentationRow(
      file: "README.md", begins: "countersign ca init --subject", kind: .commands,
      prepare: """
        rm -rf mtls_certs
        echo 'events { } pid served.pid; http { server { listen 127.0.0.1:@PORT1@ ssl; return 200 "";
          ssl_certificate mtls_certs/server/mtls.example.com.crt; ssl_certificate_key mtls_certs/server/mtls.example.com.key;
          ssl_client_certificate mtls_certs/ca/ca.crt; ssl_crl mtls_certs/ca/ca.crl; ssl_verify_client on; } }' > gateway.conf
        """,
      replacing: [
        unattended, ("--p12", "--p12 --password-file p12.pass"), ("gateway -", "gateway -p \"$PWD/\" -"),
      ],
      then: """
        openssl x509 -in mtls_certs/ca/ca.crt -noout -text | grep -q '4096 bit'
        openssl pkcs12 -in mtls_certs/client/client1.p12 -passin file:p12.pass -nodes | grep -q 'PRIVATE KEY'
        curl -sS --cacert mtls_certs/ca/ca.crt --cert mtls_certs/client/client1.crt --key mtls_certs/client/client1.key \\
          --resolve api.example.com:@PORT1@:127.0.0.1 https://api.example.com:@PORT1@/ | grep -q 'SSL certificate error'
        """),
    DocumentationRow(
      file: "README.md", begins: "                      countersign  (one", kind: .exempt("a drawing")),
  ]

  private static let authority: [DocumentationRow] = [
    DocumentationRow(
      file: "docs/authority.md", begins: "mtls_certs/ca/ca.key", kind: .file,
      prepare: "countersign ca ocsp-signer",
      then: """
        for file in $(grep -oE '^mtls_certs/ca/(ca|ledger)[^ ]*' block.txt) mtls_certs/ca/ca-ocsp.key; do test -f $file; done
        test "$(stat -c %a mtls_certs/ca/ca.key)" = 400; test -f mtls_certs/ca/issuing-chain.crt
        for end in key csr crt; do test -f mtls_certs/server/www.$end; test -f mtls_certs/client/alice.$end; done
        """),
    DocumentationRow(
      file: "docs/authority.md", begins: "countersign ca ocsp-signer", kind: .commands,
      then: "test -f mtls_certs/ca/ca-ocsp.crt; test -f mtls_certs/ca/issuing-ocsp.crt"),
    DocumentationRow(
      file: "docs/authority.md", begins: "countersign ca init --ocsp-url", kind: .commands,
      prepare: "rm -rf mtls_certs",
      replacing: [unattended],
      then: "for url in ocsp ca.crl ca.crt; do countersign ca show | grep -q http://pki.example.com/$url; done"),
    DocumentationRow(
      file: "docs/authority.md", begins: "http {\n  authority_directory", kind: .configuration(.main),
      replacing: [("listen 80;", "listen 127.0.0.1:@PORT1@;"), ("listen 443 ", "listen 127.0.0.1:@PORT2@ ")],
      then: """
        serve gateway.conf
        curl -sSf -H 'Host: pki.example.com' http://127.0.0.1:@PORT1@/ca.crl | openssl crl -inform DER -noout
        curl -sSf -H 'Host: pki.example.com' http://127.0.0.1:@PORT1@/crl/issuing.crl.pem | openssl crl -noout
        """),
    DocumentationRow(
      file: "docs/authority.md", begins: "{ \"profiles\": { \"device\"", kind: .file,
      then: """
        cp block.txt mtls_certs/ca/profiles.json
        countersign issue device device-1 --san dns:a.dev.example.com
        test -f mtls_certs/client/device-1.crt
        if countersign issue device device-2 --san dns:a.example.org 2> refusal; then exit 1; fi
        """),
  ]

  private static let operations: [DocumentationRow] = [
    DocumentationRow(
      file: "docs/operations.md", begins: "[Unit]", kind: .file,
      // The unit's commands on what `up` wrote.
      prepare: """
        up --dir etc/countersign --listen 127.0.0.1:@PORT1@; kill $(cat up.pid); wait $(cat up.pid) || true; rm up.pid
        """,
      then: """
        in_here() { sed -n "s,^$1=,,p" block.txt | sed "s,/usr/local/bin/,,; s,/etc/countersign,$PWD/etc/countersign,g"; }
        # The prefix is /etc/countersign in the unit, too.
        sh -c "exec $(in_here ExecStart) -p '$PWD/etc/countersign/'" > served.out 2>&1 & MAINPID=$!; echo $MAINPID > served.pid
        page() { curl -s -o /dev/null -w '%{http_code}' --cacert etc/countersign/ca/ca.crt https://localhost:@PORT1@/; }
        until test "$(page)" = 400; do kill -0 $MAINPID || { cat served.out >&2; exit 1; }; sleep 0.1; done
        eval "$(in_here ExecReload)"; sleep 0.2; test "$(page)" = 400
        kill -$(in_here KillSignal | sed 's/^SIG//') $MAINPID; wait $MAINPID
        """),
    DocumentationRow(
      file: "docs/operations.md", begins: "countersign ca recover --dry-run", kind: .commands,
      prepare: """
        cp -a mtls_certs copy; countersign revoke alice; cp mtls_certs/ca/ca.crl current.crl; rm -rf mtls_certs; mv copy mtls_certs
        """,
      then: "openssl crl -in mtls_certs/ca/ca.crl -noout -text | grep -q '^Revoked Certificates'"),
    DocumentationRow(
      file: "docs/operations.md", begins: "ssl_crl       http://", kind: .configuration(.server),
      prepare: """
        mkdir cache; cat > lists.conf <<'END'
        events { } http { server { root mtls_certs/ca; listen 127.0.0.1:@PORT2@; listen 127.0.0.1:@PORT3@ ssl;
          ssl_certificate www.crt; ssl_certificate_key www.key; } }
        END
        serve lists.conf
        """,
      replacing: [
        ("http://crl.example.com/root.crl", "http://127.0.0.1:@PORT2@/ca.crl.der"),
        ("https://crl.example.com/issuing.crl", "https://localhost:@PORT3@/issuing.crl.der"),
        ("/etc/ssl/certs/ca-certificates.crt", "ca.crt"), ("/var/cache/countersign", "cache"),
      ],
      before: "ssl_trusted_certificate mtls_certs/ca/issuing.crt;", then: "test -n \"$(ls cache)\""),
    DocumentationRow(
      file: "docs/operations.md", begins: "ssl_crl_distribution_points on;", kind: .configuration(.server)),
    DocumentationRow(
      file: "docs/operations.md", begins: "server {\n  ssl_client_certificate api-ca.crt;", kind: .configuration(.http),
      prepare: "cp ca.crt api-ca.crt; cp mtls_certs/ca/issuing.crt admin-ca.crt",
      replacing: [
        (
          "server {\n",
          "server {\n  listen 127.0.0.1:@PORT1@ ssl; ssl_certificate www.crt; ssl_certificate_key www.key;\n"
        )
      ],
      before: "upstream api { server 127.0.0.1:@PORT2@; } upstream admin { server 127.0.0.1:@PORT2@; }"),
    DocumentationRow(
      file: "docs/operations.md", begins: "server {\n  listen 443 ssl proxy_protocol;", kind: .configuration(.http),
      replacing: [
        ("listen 443 ", "listen 127.0.0.1:@PORT1@ "), ("…", "ssl_certificate www.crt; ssl_certificate_key www.key;"),
      ]),
    DocumentationRow(
      file: "docs/operations.md", begins: "ssl_certificate_cache max=1000", kind: .configuration(.http),
      prepare: "mkdir certs; cp www.crt certs/localhost.crt; cp www.key certs/localhost.key",
      replacing: [
        ("listen 443 ", "listen 127.0.0.1:@PORT1@ "), ("/etc/certs/", "@DIR@/certs/"), ("…", "return 200 named;"),
      ],
      then: "serve gateway.conf; curl -sSf --cacert ca.crt https://localhost:@PORT1@/ | grep -q named"),
    pushing,
    DocumentationRow(
      file: "docs/operations.md", begins: "countersign ca push --to", kind: .commands,
      prepare: """
        cp www.crt gw1.crt; cp www.key gw1.key; cat mtls_certs/ca/issuing.crt >> ca.crt; serve gateway.conf
        cp mtls_certs/client/ca-operator.crt op.crt; cp mtls_certs/client/ca-operator.key op.key; ln -s mtls_certs/ca/ca.crl.der ca.crl
        """,
      replacing: [("gw1.example:9443", "localhost:@PORT1@"), ("/run/countersign/", "@DIR@/")], uses: pushing.begins,
      then: """
        grep -q '"entries":1,"changed":false' block.out
        """),
    DocumentationRow(
      file: "docs/operations.md", begins: "location = /metrics {", kind: .configuration(.server),
      then: """
        serve gateway.conf
        for page in metrics metrics.json status; do ask https://localhost:@PORT1@/$page > $page; test -s $page; done
        """),
    DocumentationRow(
      file: "docs/operations.md", begins: "groups:", kind: .file,
      // A metric may have no sample before its cause; its name is in the report's source.
      then: """
        for name in $(grep -oE 'countersign_[a-z_]+' block.txt | sort -u); do
          grep -rqF "\"${name#countersign_}\"" '\(Program.packageDirectory.path)/Sources/Gateway/Metrics' || { echo "no $name" >&2; exit 1; }
        done
        test "$(grep -c 'alert:' block.txt)" = "$(grep -c 'expr: .*countersign_' block.txt)"
        """),
  ]

  private static let pushing = DocumentationRow(
    file: "docs/operations.md", begins: "server {\n    listen 9443 ssl;", kind: .configuration(.http),
    prepare: "cp www.crt gw1.crt; cp www.key gw1.key",
    replacing: [("listen 9443 ", "listen 127.0.0.1:@PORT1@ "), ("unix:/run/countersign/", "unix:@DIR@/")])
}
