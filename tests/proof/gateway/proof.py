#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures what the gateway adds to a request; exit 0 only if what is demanded holds.

proof.py TTA FOLDER_OF_PROGRAMS [ROUNDS]

Three ways lead to one scripted provider: straight, through nginx as a plain proxy, through the gateway. They take turns
within each round, in one order and then the other, so that what disturbs one disturbs all. The gateway and nginx run on
the first core, provider and clients on the second. Prints docs/proof-gateway.md.
"""
import os
import pathlib
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

GATEWAY_CORE, OTHER_CORE = 0, 1
TIMES, FIRSTS, CONNECTIONS, SECONDS, STREAMS, BODIES, LEAVES = 3000, 150, 64, 3, 1000, 1500, 30

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

TTA = """servers:
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


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"nobody listens on {port}")


class Server:
    def __init__(self, core, port, *command, **options):
        self.port = port
        self.process = subprocess.Popen(["taskset", "-c", str(core), *map(str, command)], text=True,
                                        stderr=subprocess.DEVNULL, **options)
        wait_for(port)

    def processes(self):
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        return [str(self.process.pid), *children]

    def memory_mib(self):
        """Of all its processes, what they share counted once (proportional set size)."""
        total = 0
        for pid in self.processes():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                total += int(line.split()[1]) if line.startswith("Pss:") else 0
        return total / 1024

    def processor_us(self):
        """That all its processes have taken so far."""
        ticks = 0
        for pid in self.processes():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks * 1e6 / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


class Bench:
    def __init__(self, tta, programs, folder):
        self.client, self.folder, self.tta = programs / "client", folder, tta
        self.provider_log = open(folder / "provider.out", "w+", encoding="utf-8")
        self.provider = Server(OTHER_CORE, port := free_port(), programs / "provider", port, stdout=self.provider_log)
        self.ways = {"straight": self.provider}

    def start_nginx(self):
        port = free_port()
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(folder=self.folder, provider=self.provider.port, port=port))
        return Server(GATEWAY_CORE, port, "nginx", "-c", config, "-p", self.folder)

    def start_gateway(self):
        port = free_port()
        (self.folder / "tta.yaml").write_text(TTA.format(provider=self.provider.port, port=port))
        key = "sk-or-v1-" + 4 * "0123456789abcdef"  # which is looked for in each answer
        return Server(GATEWAY_CORE, port, self.tta, "serve", cwd=self.folder, env={**os.environ, "PROOF_KEY": key})

    def run(self, mode, way, count, *more):
        command = ["taskset", "-c", OTHER_CORE, self.client, mode, self.ways[way].port, count, *more]
        return [float(word) for word in subprocess.run([str(word) for word in command], check=True, capture_output=True,
                                                       text=True).stdout.split()]

    def rate(self, rounds):
        """Medians over rounds: answers a second, and processor time of who stands between, for an answer."""
        found = {way: [] for way in self.ways}
        for number in range(rounds):
            for way in list(self.ways) if number % 2 == 0 else reversed(self.ways):
                before = self.ways[way].processor_us()
                a_second = self.run("rate", way, CONNECTIONS, SECONDS)[0]
                took_us = self.ways[way].processor_us() - before
                found[way].append((a_second, took_us / (a_second * SECONDS)))
        return {way: [statistics.median(column) for column in zip(*rows)] for way, rows in found.items()}

    def rounds(self, mode, count, rounds, *more):
        """Medians over rounds of what each way took."""
        found = {way: [] for way in self.ways}
        for number in range(rounds):
            for way in list(self.ways) if number % 2 == 0 else reversed(self.ways):
                found[way].append(self.run(mode, way, count, *more))
        return {way: [statistics.median(column) for column in zip(*rows)] for way, rows in found.items()}

    def held(self, mode, server, count):
        """Memory while so many are under way."""
        with subprocess.Popen(["taskset", "-c", str(OTHER_CORE), str(self.client), mode, str(server.port), str(count)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
            if client.stdout.readline() != "held\n":
                raise SystemExit(f"{mode} failed")
            time.sleep(0.5)
            mib = server.memory_mib()
            client.stdin.close()
            if client.wait(100) != 0:
                raise SystemExit(f"{mode} failed")
        return mib

    def leaving_us(self, way):
        """Between the client's close and the provider's notice of it, the median and the longest."""
        self.provider_log.seek(0, os.SEEK_END)
        at = self.provider_log.tell()
        output = subprocess.run(["taskset", "-c", str(OTHER_CORE), str(self.client), "leave",
                                 str(self.ways[way].port), str(LEAVES)], check=True, capture_output=True, text=True)
        time.sleep(0.5)
        self.provider_log.seek(at)
        left = [int(line.split()[1]) for line in output.stdout.splitlines()]
        seen = [int(line.split()[1]) for line in self.provider_log.read().splitlines()]
        if len(seen) != len(left):
            raise SystemExit(f"{way}: {len(left)} clients left and {len(seen)} were noticed")
        times = [(b - a) / 1000 for a, b in zip(left, seen)]
        return statistics.median(times), max(times)


class Page:
    def __init__(self):
        self.good = True

    def row(self, title, straight, nginx, ours, demand=None, holds=None, digits=0):
        def cell(value):
            return "" if value is None else f"{value:.{digits}f}"
        verdict = "" if holds is None else "holds" if holds else "**falls short**"
        self.good = self.good and holds is not False
        print(f"| {title} | {cell(straight)} | {cell(nginx)} | {cell(ours)} | {demand or ''} | {verdict} |", flush=True)


def measure(bench, rounds):
    page = Page()
    nginx, gateway = bench.start_nginx(), bench.start_gateway()
    idle = gateway.memory_mib()
    bench.ways |= {"nginx": nginx, "gateway": gateway}
    try:
        version = subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.split("/")[-1].strip()
        print(f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} "
              f"cores, nginx {version}, medians of {rounds} rounds.\n")
        print("| | straight | nginx | gateway | demanded of the gateway | |")
        print("|---|--:|--:|--:|---|---|")
        whole = {way: [ns / 1000 for ns in row] for way, row in bench.rounds("times", TIMES, rounds).items()}
        added = {way: [a - b for a, b in zip(whole[way], whole["straight"])] for way in whole}
        page.row("whole answer, one at a time, p50, us", *(whole[way][0] for way in bench.ways))
        page.row("added, p50, us", None, added["nginx"][0], added["gateway"][0], "1.5 x nginx",
                 added["gateway"][0] <= 1.5 * added["nginx"][0])
        page.row("whole answer, one at a time, p99, us", *(whole[way][1] for way in bench.ways))
        page.row("added, p99, us", None, added["nginx"][1], added["gateway"][1], "150", added["gateway"][1] <= 150)
        rate = bench.rate(rounds)
        page.row(f"answers a second, {CONNECTIONS} connections, one core", *(rate[way][0] for way in bench.ways),
                 "0.8 x nginx", rate["gateway"][0] >= 0.8 * rate["nginx"][0])
        page.row("processor time for each of these, us", None, rate["nginx"][1], rate["gateway"][1], "1.25 x nginx",
                 rate["gateway"][1] <= 1.25 * rate["nginx"][1], 1)
        first = {way: [ns / 1000 for ns in row] for way, row in bench.rounds("first", FIRSTS, rounds).items()}
        added = {way: [a - b for a, b in zip(first[way], first["straight"])] for way in first}
        page.row("first token of a stream, p50, us", *(first[way][0] for way in bench.ways))
        page.row("first token of a stream, p99, us", *(first[way][1] for way in bench.ways))
        page.row("added, p99, us", None, added["nginx"][1], added["gateway"][1], "150", added["gateway"][1] <= 150)
        leaving = {way: bench.leaving_us(way) for way in bench.ways}
        page.row("client leaves until the provider notices, median, us", *(leaving[way][0] for way in bench.ways))
        page.row("the same, longest, us", *(leaving[way][1] for way in bench.ways), "1000",
                 leaving["gateway"][1] <= 1000)
        page.row("memory when started, MiB", None, None, idle, "12", idle <= 12, 1)
        streams = {way: bench.held("hold", bench.ways[way], STREAMS) for way in ("nginx", "gateway")}
        page.row(f"memory with {STREAMS} streams, MiB", None, streams["nginx"], streams["gateway"], "48",
                 streams["gateway"] <= 48, 1)
        bodies = {way: bench.held("bodies", bench.ways[way], BODIES) for way in ("nginx", "gateway")}
        page.row(f"memory with {BODIES} bodies of 150 KB, MiB", None, bodies["nginx"], bodies["gateway"], "280",
                 bodies["gateway"] <= 280, 1)
    finally:
        nginx.stop()
        gateway.stop()
    return page.good


HEAD = """# What the gateway adds

Written by `make proof-gateway`. Three ways lead to one scripted provider of the same machine: straight, through nginx as
a plain proxy with kept connections, and through `tta serve`. They take turns within each round, in one order and then in
the other. nginx with one worker and the gateway with one thread have the first core, provider and clients the second. A
request is a chat of 800 bytes, an answer one of 1 KB; a stream begins with content at once. nginx forwards bytes; the
gateway reads the request and the answer, chooses, records, and can send it again elsewhere. Memory is the proportional
set size of all processes.

The load says how far the figures can be believed: where others work on the same cores, the times on the clock are
theirs as much as ours, and processor time and memory say more. Memory with bodies is of what had arrived.
"""


def main():
    tta, programs = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(tta, programs, pathlib.Path(folder))
        try:
            return 0 if measure(bench, rounds) else 1
        finally:
            bench.provider.stop()


if __name__ == "__main__":
    sys.exit(main())
