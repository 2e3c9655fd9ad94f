# SPDX-License-Identifier: MIT
"""The ways from a client to the provider, and what is asked of them."""
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import threading
import time

GATEWAY_CORE, OTHER_CORE = 0, 1
PATIENCE_S = 100
KEY = "sk-or-v1-" + 4 * "0123456789abcdef"  # of the gateway at the provider, and looked for in each answer
NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 8192; }}
http {{
    access_log off; keepalive_requests 1000000000; client_max_body_size 64m; client_body_buffer_size 256k;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    upstream provider {{ server 127.0.0.1:{provider}; keepalive 2048; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
        }}
    }}
}}
"""
PLAIN = """servers:
  - provider: custom_api
    name: up
    base_url: http://127.0.0.1:{provider}/v1
    key_variable: PROOF_KEY
store: lists.json
serve:
  address: 127.0.0.1:{port}
  chains:
    - name: all
      targets: [up/whole, up/late, up/stream, up/slow]
"""


class CannotMeasure(Exception):
    pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process on one core that listens on a port of this machine, from its start to stop().

    `headers` are what requests to it need; what `is_peer` may fail, and the proof goes on.
    """

    def __init__(self, core, port, *command, headers=(), is_peer=False, patience_s=10, **options):
        self.port, self.headers, self.is_peer = port, headers, is_peer
        self.process = subprocess.Popen(["taskset", "-c", str(core), *map(str, command)], text=True, **{
            "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options})
        end = time.monotonic() + patience_s
        while not self.listens():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise CannotMeasure(f"{pathlib.Path(command[0]).name} does not listen")
            time.sleep(0.02)

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def processes(self):
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        return [str(self.process.pid), *children]

    def memory_bytes(self, field="Pss"):
        """Of all its processes, what they share counted once (proportional set size)."""
        total = 0
        for pid in self.processes():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                total += int(line.split()[1]) * 1024 if line.startswith(f"{field}:") else 0
        return total

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def processor_us(self):
        """That all its processes have taken so far."""
        ticks = 0
        for pid in self.processes():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks * 1e6 / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Bench:
    """The provider, the clients, and what to start between them; `ways` are those that are measured, by name."""

    def __init__(self, tta, programs, peers, folder, rounds, soak_s):
        self.tta, self.programs, self.peers, self.folder = tta, programs, peers, folder
        self.rounds, self.soak_s = rounds, soak_s
        self.provider_log = open(folder / "provider.out", "w+", encoding="utf-8")
        self.provider = Server(OTHER_CORE, port := free_port(), programs / "provider", port, stdout=self.provider_log)
        self.ways = {}

    def close(self):
        self.provider.stop()
        self.provider_log.close()

    def start_nginx(self):
        port, config = free_port(), self.folder / "nginx.conf"
        config.write_text(NGINX.format(folder=self.folder, provider=self.provider.port, port=port))
        return Server(GATEWAY_CORE, port, "nginx", "-c", config, "-p", self.folder)

    def start_gateway(self, config=PLAIN):
        port = free_port()
        (self.folder / "tta.yaml").write_text(config.format(provider=self.provider.port, port=port))
        return Server(GATEWAY_CORE, port, self.tta, "serve", cwd=self.folder, env={**os.environ, "PROOF_KEY": KEY})

    def client(self, mode, way, count, *more):
        server = self.ways[way]
        headers = [word for line in server.headers for word in ("-H", line)]
        return ["taskset", "-c", str(OTHER_CORE), str(self.programs / "client"), *headers, mode, str(server.port),
                str(count), *map(str, more)]

    def run(self, mode, way, count, *more):
        """What the client prints, in words."""
        try:
            done = subprocess.run(self.client(mode, way, count, *more), capture_output=True, text=True,
                                  timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise CannotMeasure(f"{way}, {mode}: it does not end") from None
        if done.returncode != 0:
            raise CannotMeasure(f"{way}, {mode}: {done.stderr.strip()[:200]}")
        return done.stdout.split()

    def attempt(self, measure, way):
        """What measure(way) gives; None if it is a peer that fails."""
        try:
            return measure(way)
        except CannotMeasure:
            if not self.ways[way].is_peer:
                raise
            return None

    def turns(self, measure, rounds):
        """Medians over rounds of what measure(way) gives, None of a peer that fails; the ways take turns, in one order
        and then in the other."""
        found = {way: [] for way in self.ways}
        for number in range(rounds):
            for way in list(self.ways) if number % 2 == 0 else reversed(self.ways):
                if None not in found[way]:
                    found[way].append(self.attempt(measure, way))
        return {way: None if None in rows else [statistics.median(column) for column in zip(*rows)]
                for way, rows in found.items()}

    def held_bytes(self, mode, way, count):
        """Memory while so many are under way."""
        with subprocess.Popen(self.client(mode, way, count), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as client:
            end = threading.Timer(PATIENCE_S, client.kill)
            end.start()
            is_held = client.stdout.readline() == "held\n"
            time.sleep(0.5)
            memory = self.ways[way].memory_bytes()
            client.stdin.close()
            status = client.wait()
            end.cancel()
        if not is_held or status != 0:
            raise CannotMeasure(f"{way}: {count} at once are not answered")
        return memory

    def leaving_us(self, way, count):
        """Between each client's close and the provider's notice of it."""
        self.provider_log.seek(0, os.SEEK_END)
        at = self.provider_log.tell()
        left = [int(word) for word in self.run("leave", way, count)[1::2]]
        time.sleep(0.5)
        self.provider_log.seek(at)
        seen = [int(word) for word in self.provider_log.read().split()[1::2]]
        if len(left) != len(seen):
            raise CannotMeasure(f"{way}: {len(left)} clients left, and {len(seen)} were noticed")
        return [(b - a) / 1000 for a, b in zip(left, seen)]
