"""What revocation costs and how soon it takes effect: CRLs of any size, OCSP, and the time from a revocation to its effect.

Every row is a generator item: name, unit, ours, theirs.
"""

import contextlib, http.client, shutil, socket, ssl, statistics, subprocess, threading, time

import crl
from stand import *


class Bench:
    """- `commands`: how each server is started; `work`: a directory for each, and `pki`."""

    def __init__(self, commands, work, load, rounds, quick):
        self.commands, self.work, self.load, self.rounds, self.quick = commands, work, load, rounds, quick
        self.pki = work / "pki"

    def run(self, only):
        for rows in (self.sizes, self.status, self.accepting, self.latency, self.revoke_command):
            for name, unit, measure in rows():
                if only not in name:
                    continue
                ours, theirs = (measure(server) for server in ("countersign", "nginx"))
                yield name, unit, ours, theirs

    @contextlib.contextmanager
    def serving(self, name, more="", offset=50, pki=None, ca=None):
        """A server of its own with these directives."""
        directory, port = self.work / name, PORTS[name] + offset
        config = directory / f"{offset}.conf"
        write_client_config(config, directory, pki or self.pki, port, more, ca)
        text = config.read_text().replace("server.pid", f"{offset}.pid")
        config.write_text(text)
        server = Server(name, [*self.commands[name], "-p", str(directory), "-c", str(config)], directory, SERVER_CORE)
        try:
            server.wait_for(port, 300)
            time.sleep(0.3)
            yield server, port
        finally:
            server.stop()

    def handshakes(self, server, port):
        return measure(server, port, lambda port: self.load.go("handshakes", port, "p256", "1.3"))

    # MARK: CRLs by size

    def sizes(self):
        for size in (100_000, 1_000_000, 5_000_000):
            path, known = self.pki / f"{size}.crl", {}
            def loading(name, what, size=size, path=path, known=known):
                if name not in known:
                    known[name] = self.load_figures(name, self.crl(size, path))
                return known[name][what]
            title = f"CRL of {size:,}"
            yield f"{title}: load, ms of CPU", "ms", lambda name, f=loading: f(name, 0)
            yield f"{title}: load, ms of wall time", "ms", lambda name, f=loading: f(name, 1)
            yield f"{title}: memory above bare, MiB", "MiB", lambda name, f=loading: f(name, 2)
            if size == 5_000_000:
                continue
            pairs = {}
            def handshake(name, what, size=size, path=path, pairs=pairs):
                if name not in pairs:
                    pairs[name] = self.pair(name, self.crl(size, path))
                return pairs[name][what]
            yield f"{title}: full handshake, TLS 1.3", "µs/handshake", lambda name, f=handshake: f(name, 0)
            yield f"{title}: full handshake, % above one without", "%", lambda name, f=handshake: f(name, 1)

    def crl(self, size, path):
        if not path.exists():
            crl.write(self.pki / "ca.crt", self.pki / "ca.key", size, path)
        return path

    def load_figures(self, name, path):
        """ms of CPU, ms of time and MiB that a server needs more at its start than one without a CRL."""
        samples = []
        for _ in range(self.rounds):
            with self.serving(name) as (server, _):
                bare = cpu_nanoseconds(server.pids()), server.started, resident_kib(server.pids())
            with self.serving(name, f"ssl_crl {path};") as (server, _):
                full = cpu_nanoseconds(server.pids()), server.started, resident_kib(server.pids())
            samples.append([b - a for a, b in zip(bare, full)])
        cpu, wall, memory = map(statistics.median, zip(*samples))
        return cpu / 1e6, wall * 1e3, memory / 1024

    def pair(self, name, path):
        """µs of a handshake with the CRL, and by how many percent it is above one without: two servers at once, by turns."""
        with self.serving(name) as (bare, bare_port), self.serving(name, f"ssl_crl {path};", 60) as (full, full_port):
            self.handshakes(bare, bare_port), self.handshakes(full, full_port)
            pairs = []
            for turn in range(max(5, 2 * self.rounds) if not self.quick else 2):
                first = self.handshakes(bare, bare_port) if turn % 2 == 0 else None
                with_list = self.handshakes(full, full_port)
                pairs.append((first or self.handshakes(bare, bare_port), with_list))
        above = statistics.median(b / a - 1 for a, b in pairs) * 100
        return statistics.median(b for _, b in pairs), above

    # MARK: OCSP

    def status(self):
        yield "OCSP answer remembered: full handshake, TLS 1.3", "µs/handshake", self.remembered_status

    def remembered_status(self, name):
        port = BACKEND + 1
        with self.responder(port):
            more = f"ssl_ocsp leaf; ssl_ocsp_responder http://127.0.0.1:{port}/; ssl_trusted_certificate {self.pki}/ca.crt;"
            if name == "nginx":
                more += " ssl_ocsp_cache shared:ocsp:1m;"
            with self.serving(name, more) as (server, at):
                self.handshakes(server, at)
                return statistics.median(self.handshakes(server, at) for _ in range(self.rounds))

    @contextlib.contextmanager
    def responder(self, port):
        """`openssl ocsp` that knows the client's certificate."""
        make_certificate(self.pki, "responder", "responder")
        serial = sh("openssl", "x509", "-in", f"{self.pki}/client-p256.crt", "-noout", "-serial").strip().split("=")[1]
        (self.pki / "index.txt").write_text(f"V\t400101000000Z\t\t{serial}\tunknown\t/CN=client-p256\n")
        process = subprocess.Popen(
            ["openssl", "ocsp", "-index", f"{self.pki}/index.txt", "-port", str(port), "-rsigner", f"{self.pki}/responder.crt",
             "-rkey", f"{self.pki}/responder.key", "-CA", f"{self.pki}/ca.crt", "-ndays", "1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        time.sleep(0.5)
        try:
            yield
        finally:
            process.kill()
            process.wait()

    # MARK: Many connections

    def accepting(self):
        figures = {}
        def figure(name, what):
            if name not in figures:
                figures[name] = self.accepted(name)
            return figures[name][what]
        yield "accepting: the first 2,000 connections", "µs/connection", lambda name: figure(name, 0)
        yield "accepting: 2,000 connections after 20,000", "µs/connection", lambda name: figure(name, 1)

    def accepted(self, name):
        between = 2_000 if self.quick else 20_000
        def connect(server, port, count):
            return measure(server, port, lambda port: self.load.go("handshakes", port, "p256", "1.3", count=count))
        with self.serving(name) as (server, port):
            first = connect(server, port, 2_000)
            connect(server, port, between)
            return first, connect(server, port, 2_000)

    # MARK: From a revocation to its effect

    def latency(self):
        samples = {}
        def figure(name, what, choose):
            if name not in samples:
                samples[name] = self.latencies(name)
            return choose(sample[what] for sample in samples[name]) * 1e3
        for what, text in enumerate(("refused", "an idle open connection closed")):
            for choose, word in ((statistics.median, "median"), (max, "worst")):
                yield (f"CRL written (nginx: and reloaded) until {text}, {word}", "ms",
                       lambda name, what=what, choose=choose: figure(name, what, choose))

    def latencies(self, name):
        """Seconds until a revoked client is refused, and until its open connection is closed; each trial once."""
        make_certificate(self.pki, "victim", "client")
        victim = self.client(self.pki / "ca.crt", self.pki / "victim")
        serial = sh("openssl", "x509", "-in", f"{self.pki}/victim.crt", "-noout", "-serial").strip().split("=")[1]
        current, found = self.work / name / "current.crl", []
        def publish(server, serials):
            fresh = self.work / name / "fresh.crl"
            crl.write(self.pki / "ca.crt", self.pki / "ca.key", 10_000, fresh, serials)
            began = time.perf_counter()
            fresh.rename(current)
            if server and name == "nginx":
                server.reload()
            return began
        publish(None, [])
        with self.serving(name, f"ssl_crl {current};") as (server, port):
            for _ in range(3 if self.quick else 20):
                publish(server, [])
                self.settle(port, victim)
                found.append(self.effect(port, victim, lambda: publish(server, [int(serial, 16)])))
        return found

    def revoke_command(self):
        samples = {}
        def figure(name, choose):
            if name not in samples:
                samples[name] = self.revocations(name)
            return choose(samples[name]) * 1e3
        for choose, word in ((statistics.median, "median"), (max, "worst")):
            yield (f"countersign revoke (nginx: and reload), from the command's start until refused, {word}", "ms",
                   lambda name, choose=choose: figure(name, choose))

    def revocations(self, name):
        program, folder, found = self.commands["countersign"][0], self.work / name / "ca", []
        shutil.rmtree(folder, ignore_errors=True)
        count = 3 if self.quick else 20
        victims = [f"victim{number}" for number in range(count)]
        sh(program, "ca", "init", "--no-passphrase", "--dir", str(folder))
        sh(program, "issue", "client", *victims, "--dir", str(folder))
        with self.serving(name, f"ssl_crl {folder}/ca/ca.crl;", ca=f"{folder}/ca/ca.crt") as (server, port):
            for victim in victims:
                client = self.client(self.pki / "ca.crt", folder / "client" / victim)
                self.settle(port, client)
                def act():
                    began = time.perf_counter()
                    sh(program, "revoke", victim, "--dir", str(folder))
                    if name == "nginx":
                        server.reload()
                    return began
                found.append(self.effect(port, client, act)[0])
        return found

    # MARK: Clients

    @staticmethod
    def client(authority, stem):
        context = ssl.create_default_context(cafile=str(authority))
        context.load_cert_chain(f"{stem}.crt", f"{stem}.key")
        return context

    @staticmethod
    def status_of(port, context):
        """The status of one request over a new connection; 0 where the handshake failed."""
        connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=10)
        try:
            connection.request("GET", "/hello")
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    @staticmethod
    def until(holds, seconds=30):
        end = time.perf_counter() + seconds
        while not holds():
            if time.perf_counter() > end:
                raise TimeoutError("the server does not do what it should")

    def settle(self, port, context):
        """Waits until a client is let in for good: after a reload, workers of the time before still take connections."""
        def is_let_in():
            for _ in range(10):
                if self.status_of(port, context) != 200:
                    return False
                time.sleep(0.05)
            return True
        self.until(is_let_in)

    def effect(self, port, context, act):
        """Seconds from what `act` returns until a new connection is refused, and until an open one is closed."""
        kept = context.wrap_socket(socket.create_connection(("localhost", port), 10), server_hostname="localhost")
        kept.sendall(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
        kept.recv(4096)
        closed, refused = [], []
        def wait_for_close():
            kept.settimeout(30)
            with contextlib.suppress(OSError):
                while kept.recv(4096):
                    pass
            closed.append(time.perf_counter())
        def wait_for_refusal():
            self.until(lambda: self.status_of(port, context) != 200)
            refused.append(time.perf_counter())
        threads = [threading.Thread(target=wait) for wait in (wait_for_close, wait_for_refusal)]
        for thread in threads:
            thread.start()
        began = act()
        for thread in threads:
            thread.join()
        kept.close()
        if min(closed[0], refused[0]) < began:
            raise RuntimeError("the client was refused before it was revoked")
        return refused[0] - began, closed[0] - began
