"""What every measurement stands on: certificates, configurations, servers pinned to a core, programs that make load."""

import contextlib, glob, json, pathlib, signal, socket, subprocess, sys, time

PORTS = {"nginx": 19443, "countersign": 19543}
BACKEND = 19080
SERVER_CORE, LOAD_CORE = "0", "1"

CONFIG = """
daemon off;
worker_processes 1;
pid {dir}/server.pid;
error_log {dir}/error.log error;
events {{ worker_connections 20000; }}
http {{
  access_log off;
  default_type text/plain;
  ssl_protocols TLSv1.2 TLSv1.3;
  keepalive_requests 1000000;
  client_body_temp_path {dir}/body;
  proxy_temp_path {dir}/proxy;
  ssl_session_cache shared:SSL:10m;
  ssl_session_timeout 1h;
  ssl_client_certificate {ca};
  upstream backend {{ server 127.0.0.1:{backend}; keepalive 32; }}
  {servers}
}}
"""

SERVER = """
  server {{
    listen 127.0.0.1:{port} ssl{h2};
    server_name localhost;
    ssl_certificate {pki}/{kind}.crt;
    ssl_certificate_key {pki}/{kind}.key;
    ssl_verify_client {verify};
    {more}
    root {dir}/www;
    location = /hello {{ return 200 "hello\\n"; }}
    location /api/ {{
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-SSL-Client-DN $ssl_client_s_dn;
    }}
  }}
"""

BACKEND_CONFIG = """
daemon off;
worker_processes 1;
pid {dir}/backend.pid;
error_log {dir}/backend.log error;
events {{ worker_connections 20000; }}
http {{
  access_log off;
  keepalive_requests 1000000;
  server {{ listen 127.0.0.1:{backend}; location / {{ return 200 "proxied\\n"; }} }}
}}
"""


def sh(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def make_key(path, kind):
    kinds = {"p256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]}
    sh("openssl", "genpkey", "-algorithm", *kinds[kind], "-out", path)


def make_certificate(directory, name, section, kind="p256"):
    """`name`.crt and `name`.key, issued by the CA in `directory`."""
    make_key(f"{directory}/{name}.key", kind)
    request = f"{directory}/{name}.csr"
    sh("openssl", "req", "-new", "-key", f"{directory}/{name}.key", "-subj", f"/CN={name}", "-out", request)
    sh("openssl", "x509", "-req", "-in", request, "-CA", f"{directory}/ca.crt", "-CAkey", f"{directory}/ca.key",
       "-CAcreateserial", "-days", "30", "-extfile", f"{directory}/ext.cnf", "-extensions", section, "-out",
       f"{directory}/{name}.crt")


def make_pki(directory):
    """A CA and, for P-256 and RSA-2048, a server and a client certificate."""
    (directory / "ext.cnf").write_text(
        "[server]\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
        "[client]\nextendedKeyUsage=clientAuth\n[responder]\nextendedKeyUsage=OCSPSigning\n"
    )
    make_key(f"{directory}/ca.key", "p256")
    sh("openssl", "req", "-x509", "-new", "-key", f"{directory}/ca.key", "-subj", "/CN=Bench CA", "-days", "30", "-out", f"{directory}/ca.crt")
    for kind in ("p256", "rsa"):
        make_certificate(directory, kind, "server", kind)
        make_certificate(directory, f"client-{kind}", "client", kind)


def write_config(path, directory, pki, base):
    """Servers on ports base…: P-256 and RSA with mTLS, then without a certificate over HTTP/1.1 and HTTP/2."""
    kinds = [("p256", "on", ""), ("rsa", "on", ""), ("p256", "off", ""), ("p256", "off", " http2")]
    servers = "".join(
        SERVER.format(port=base + i, kind=kind, verify=verify, h2=h2, pki=pki, dir=directory, more="")
        for i, (kind, verify, h2) in enumerate(kinds))
    path.write_text(CONFIG.format(dir=directory, ca=f"{pki}/ca.crt", servers=servers, backend=BACKEND))


def write_client_config(path, directory, pki, port, more="", ca=None):
    """One P-256 server with mTLS and the directives `more`."""
    server = SERVER.format(port=port, kind="p256", verify="on", h2="", pki=pki, dir=directory, more=more)
    path.write_text(CONFIG.format(dir=directory, ca=ca or f"{pki}/ca.crt", servers=server, backend=BACKEND))


def cpu_nanoseconds(pids):
    total = 0
    for pid in pids:
        for file in glob.glob(f"/proc/{pid}/task/*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(pathlib.Path(file).read_text().split()[0])
    return total


def resident_kib(pids):
    total = 0
    for pid in pids:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total


class Server:
    """A server on a core of its own; `started` says how long it took until it listened."""

    def __init__(self, name, command, directory, core):
        self.name, self.directory, self.started = name, directory, None
        self.log = open(directory / "output.log", "w")
        self.began = time.perf_counter()
        self.process = subprocess.Popen(["taskset", "-c", core, *command], stdout=self.log, stderr=self.log)

    def pids(self):
        children = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout
        return [self.process.pid, *map(int, children.split())]

    def wait_for(self, port, seconds=10):
        while time.perf_counter() < self.began + seconds:
            if self.process.poll() is not None:
                sys.exit(f"{self.name} did not start:\n" + (self.directory / "output.log").read_text())
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                self.started = time.perf_counter() - self.began
                return
            time.sleep(0.005)
        sys.exit(f"{self.name} does not listen on {port}")

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Load:
    def __init__(self, program, pki, seconds):
        self.program, self.pki, self.seconds = program, pki, seconds

    def go(self, mode, port, client, tls, path="/hello", workers=4, count=0):
        """As many operations as fit into the time, or `count`; returns how many, and their bytes."""
        limit = ["-count", str(count), "-duration", "600s"] if count else ["-duration", f"{self.seconds}s"]
        command = ["taskset", "-c", LOAD_CORE, self.program, "-mode", mode, "-url", f"https://localhost:{port}{path}",
                   "-ca", f"{self.pki}/ca.crt", "-tls", tls, "-workers", str(workers), *limit]
        if client:
            command += ["-cert", f"{self.pki}/client-{client}.crt", "-key", f"{self.pki}/client-{client}.key"]
        answer = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
        if answer["failures"]:
            print(f"  {answer['failures']} failures: {answer.get('errors')}", file=sys.stderr)
        if mode == "resume" and answer["resumed"] < answer["operations"] * 0.9:
            print(f"  only {answer['resumed']} of {answer['operations']} resumed", file=sys.stderr)
        return answer["operations"], answer["bytes"]

    def wrk(self, port, path):
        out = sh("taskset", "-c", LOAD_CORE, "wrk", "-t1", "-c16", f"-d{self.seconds}s", f"https://127.0.0.1:{port}{path}")
        requests = next(int(line.split()[0]) for line in out.splitlines() if "requests in" in line)
        bad = [line for line in out.splitlines() if "Non-2xx" in line or "Socket errors" in line]
        if bad:
            print("  " + "; ".join(bad), file=sys.stderr)
        return requests, 0

    def h2load(self, port, path):
        out = sh("taskset", "-c", LOAD_CORE, "h2load", "-t1", "-c4", "-m16", f"-D{self.seconds}", f"https://127.0.0.1:{port}{path}")
        line = next(line for line in out.splitlines() if line.startswith("requests:"))
        done, failed = int(line.split()[7]), int(line.split()[9])
        if failed:
            print(f"  {line}", file=sys.stderr)
        return done, 0


def measure(server, base, action):
    """CPU of the server in µs for each operation of `action`."""
    before = cpu_nanoseconds(server.pids())
    operations, _ = action(base)
    after = cpu_nanoseconds(server.pids())
    return (after - before) / 1000 / operations if operations else float("nan")
