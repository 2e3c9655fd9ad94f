# SPDX-License-Identifier: MIT
"""What hostile and slow clients get, and what they do to the others.

Good traffic, one request at a time, is measured three times in each round: alone, while a crowd of hostile clients is
at another gateway on the same core, and while it is at the same one.  The second says what is the machine's doing, the
third what is the gateway's.
"""
import asyncio
import contextlib
import errno
import os
import resource
import select
import socket
import statistics
import threading
import time

from ways import GATEWAY_CORE, OTHER_CORE, CannotMeasure, Server, free_port

IDLE, LIMIT, WINDOW_S, TIMES, MAX_ADDED_US = 10000, 4096, 12, 3000, 1000
HEAD_S, WHOLE_S, WRITE_S = 3, 8, 4

TTA = """servers:
  - provider: custom_api
    name: up
    base_url: http://127.0.0.1:{provider}/v1
  - provider: custom_api
    name: flood
    base_url: http://127.0.0.1:{flood}/v1
store: lists.json
serve:
  address: 127.0.0.1:{port}
  max_connections: {most}
  keep_alive: 10 min
  head_timeout: {head} s
  timeout: {whole} s
  write_timeout: {write} s
  chains:
    - name: all
      targets: [up/whole, flood/stream, flood/large]
"""
POST = b"POST /v1/chat/completions HTTP/1.1\r\nHost: here\r\n"
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: hidden\r\nConnection: close\r\n\r\n"
EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"' + b"x" * 900 + b'"},"finish_reason":null}]}\n\n'
LARGE = b'{"choices":[{"message":{"content":"' + b"x" * (8 << 20) + b'"},"finish_reason":"stop"}]}'
MALFORMED = (
    (400, POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}  "),
    (400, POST + b"Content-Length: +4\r\n\r\n{}  "),
    (400, POST + b"Content-Length : 4\r\n\r\n{}  "),
    (400, POST + b"Content-Length: 99999999999999999999\r\n\r\n"),
    (501, POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    (501, POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n"),
    (400, POST + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n\r\n"),
    (400, POST + b"A: b\r\n folded\r\n\r\n"),
    (400, POST + b"A: b\nContent-Length: 2\r\n\r\n{}"),
    (400, POST + b"A: b\rContent-Length: 2\r\n\r\n{}"),
    (400, POST + b"A: b\0c\r\n\r\n"),
    (400, POST + b"Host: there\r\n\r\n"),
    (400, b"GET http://elsewhere/healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
    (501, b"CONNECT elsewhere:443 HTTP/1.1\r\nHost: x\r\n\r\n"),
    (505, b"GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n"),
    (501, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a greeting of TLS"),
    (413, POST + b"Content-Length: 99999999999\r\n\r\n"),
    (414, b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
    (431, b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 70000 + b"\r\n\r\n"),
    (431, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 70 + b"\r\n"),
)


def request_for(model, is_stream=False):
    body = f'{{"model":"{model}","stream":{str(is_stream).lower()},"messages":[]}}'.encode()
    return POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body


async def flood(reader, writer):
    """A provider of more than anybody reads."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if b'"stream":true' in await reader.readexactly(length):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
                while True:
                    writer.write(EVENT * 64)
                    await writer.drain()
                    await asyncio.sleep(0.1)  # it has half a core for all of them
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                         b"Content-Length: %d\r\n\r\n" % len(LARGE))
            writer.write(LARGE)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def connection(port):
    loop = asyncio.get_running_loop()
    with socket.socket() as client:
        client.setblocking(False)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        await loop.sock_connect(client, ("127.0.0.1", port))
        yield loop, client


async def read_all(loop, client):
    text = b""
    while piece := await loop.sock_recv(client, 65536):
        text += piece
    return text


def is_one_answer(text, status):
    return text.startswith(b"HTTP/1.1 %d " % status) and text.count(b"\r\nDate: ") == 1


async def drip(port, begin):
    """A byte a second behind `begin`, until an answer comes."""
    async with connection(port) as (loop, client):
        await loop.sock_sendall(client, begin)
        answer = asyncio.ensure_future(read_all(loop, client))
        try:
            while not (await asyncio.wait({answer}, timeout=1))[0]:
                await loop.sock_sendall(client, b"x")
            return is_one_answer(answer.result(), 408)
        finally:
            answer.cancel()


async def slow_head(port, _):
    return await drip(port, b"GET /")


async def slow_body(port, _):
    return await drip(port, POST + b"Content-Length: 100000\r\n\r\n")


async def never_read(port, model, is_stream):
    """Waits until the gateway has had enough of it; a reset tells."""
    async with connection(port) as (loop, client):
        await loop.sock_sendall(client, request_for(model, is_stream))
        for _ in range(2 * WRITE_S + 10):
            await asyncio.sleep(1)
            if client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET:
                return True
        return False


async def unread_stream(port, _):
    return await never_read(port, "flood/stream", True)


async def unread_answer(port, _):
    return await never_read(port, "flood/large", False)


async def malformed(port, number):
    status, request = MALFORMED[number % len(MALFORMED)]
    async with connection(port) as (loop, client):
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # it is told while it still sends
            await loop.sock_sendall(client, request + HIDDEN)
        answer = await read_all(loop, client)
    await asyncio.sleep(0.2)
    return is_one_answer(answer, status)


async def half_closed(port, _):
    async with connection(port) as (loop, client):
        await loop.sock_sendall(client, request_for("up/whole"))
        client.shutdown(socket.SHUT_WR)
        answer = await read_all(loop, client)
    await asyncio.sleep(0.2)
    return b"HTTP/1.1 200 OK\r\n" in answer and b"Once upon a time" in answer


KINDS = (
    ("heads a byte a second", 300, slow_head, f"408 after {HEAD_S} s"),
    ("bodies a byte a second", 100, slow_body, f"408 after {WHOLE_S} s"),
    ("streams that nobody reads", 200, unread_stream, f"dropped after {WRITE_S} s"),
    ("answers of 8 MB that nobody reads", 1, unread_answer, f"dropped after {WRITE_S} s"),
    ("malformed, smuggling, oversized", 20, malformed, "their status, and nothing behind them is answered"),
    ("ended their side behind a request", 10, half_closed, "their answer"),
)


class Crowd:
    """Idle connections, and of each kind as many clients as stated, one after the other, until it ends."""

    def __init__(self, port, counts):
        self.port, self.counts = port, counts
        self.idle = idle_connections(port)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        asyncio.set_event_loop(self.loop)
        with contextlib.suppress(asyncio.CancelledError):
            self.task = self.loop.create_task(self.all())
            self.loop.run_until_complete(self.task)

    async def all(self):
        await asyncio.gather(*(self.one(name, once, number) for name, count, once, _ in KINDS
                               for number in range(count)))

    async def one(self, name, once, number):
        await asyncio.sleep(number % 10 / 10)
        while True:
            try:
                good = await once(self.port, number)
            except OSError:
                good = False
            self.counts[name][0 if good else 1] += 1
            number += 7

    def stop(self):
        self.loop.call_soon_threadsafe(self.task.cancel)
        self.thread.join()
        close_all(self.idle)


class Flood:
    """Serves flood() on a port of its own."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(flood, sock=self.socket, backlog=1024))
        self.loop.run_forever()


def start_gateway(bench, flood, name, most=IDLE + 2000):
    folder = bench.folder / name
    folder.mkdir(exist_ok=True)
    port = free_port()
    (folder / "tta.yaml").write_text(TTA.format(provider=bench.provider.port, flood=flood.port, port=port, most=most,
                                                head=HEAD_S, whole=WHOLE_S, write=WRITE_S))
    return Server(GATEWAY_CORE, port, bench.tta, "serve", cwd=folder)


def times_us(bench, seconds):
    """p50 and p99 of good requests, medians over so many seconds."""
    found = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found.append([int(word) / 1000 for word in bench.run("times", "good", TIMES)])
    return [statistics.median(column) for column in zip(*found)]


def idle_connections(port):
    return [socket.create_connection(("127.0.0.1", port)) for _ in range(IDLE)]


def open_count(connections):
    """Of connections on which nothing was asked."""
    poll = select.poll()
    for each in connections:
        poll.register(each, select.POLLIN)
    return len(connections) - len(poll.poll(0))


def close_all(connections):
    for each in connections:
        each.close()


class Found:
    def __init__(self):
        self.times = {"alone": [], "elsewhere": [], "here": []}
        self.counts = {name: [0, 0] for name, _, _, _ in KINDS}
        self.idle_kept, self.bytes = IDLE, (0, 0)


def measure(bench, flood, found):
    gateway, other = start_gateway(bench, flood, "one"), start_gateway(bench, flood, "other")
    bench.ways = {"good": gateway}
    try:
        found.times["alone"].append(times_us(bench, WINDOW_S / 3))
        before = gateway.memory_bytes()
        idle = idle_connections(gateway.port)
        time.sleep(0.5)
        found.bytes = (before, gateway.memory_bytes())
        close_all(idle)
        crowd = Crowd(other.port, {name: [0, 0] for name in found.counts})
        found.times["elsewhere"].append(times_us(bench, WINDOW_S))
        crowd.stop()
        crowd = Crowd(gateway.port, found.counts)
        found.times["here"].append(times_us(bench, WINDOW_S))
        found.idle_kept = min(found.idle_kept, open_count(crowd.idle))
        crowd.stop()
    finally:
        gateway.stop()
        other.stop()


def measure_limit(bench, flood):
    """More idle connections than there may be: p50 and p99 of good requests, and how many are left."""
    gateway = start_gateway(bench, flood, "limited", LIMIT)
    bench.ways = {"good": gateway}
    try:
        idle = idle_connections(gateway.port)
        times = times_us(bench, WINDOW_S / 3)
        left = open_count(idle)
        close_all(idle)
    finally:
        gateway.stop()
    return times, left


HEAD = f"""
## Beside hostile clients

A crowd of {IDLE} idle connections, and of the slow and malformed ones below, is at the gateway, or at another one on
the same core, while good requests go through, one at a time; `max_connections` is {IDLE + 2000}. What is lost to a
crowd elsewhere is the machine's doing, what is lost beyond it the gateway's.
"""


def say(page, found, limited, limited_left):
    median = {way: [statistics.median(column) for column in zip(*rows)] for way, rows in found.times.items()}
    added = median["here"][1] - median["elsewhere"][1]
    page.say(HEAD)
    page.say("| good traffic | no crowd | crowd elsewhere | crowd here | demanded | |")
    page.say("|---|--:|--:|--:|---|---|")
    page.say("| p50, us | " + " | ".join(f"{median[way][0]:.0f}" for way in median) + " | | |")
    page.say("| p99, us | " + " | ".join(f"{median[way][1]:.0f}" for way in median) +
             f" | at most {MAX_ADDED_US} more here than elsewhere | {page.verdict(added <= MAX_ADDED_US)} |")
    page.say(f"| p99, us, {IDLE} idle where {LIMIT} may be | | | {limited[1]:.0f} | all are answered | "
             f"{page.verdict(True)} |\n")
    page.say("| crowd | at once | what is stated | as stated | otherwise | |")
    page.say("|---|--:|---|--:|--:|---|")
    kept = found.idle_kept
    page.say(f"| idle connections | {IDLE} | kept | {kept} | {IDLE - kept} | {page.verdict(kept == IDLE)} |")
    page.say(f"| idle, where {LIMIT} may be | {IDLE} | the longest idle make room | {IDLE - limited_left} | | "
             f"{page.verdict(LIMIT - 10 <= limited_left <= LIMIT)} |")
    for name, count, _, stated in KINDS:
        yes, no = found.counts[name]
        page.say(f"| {name} | {count} | {stated} | {yes} | {no} | {page.verdict(yes > 0 and no == 0)} |")
    before, after = found.bytes
    page.say(f"\nThe gateway has {before / 1e6:.1f} MB when started, and {after / 1e6:.1f} MB with {IDLE} idle "
             f"connections: {(after - before) / IDLE:.0f} bytes each.")


def write(bench, page):
    limits, cores = resource.getrlimit(resource.RLIMIT_NOFILE), os.sched_getaffinity(0)
    if limits[1] < IDLE + 3000:
        raise CannotMeasure(f"a process may have {limits[1]} descriptors here, and needs {IDLE + 3000}: ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits[1], limits[1]))
    os.sched_setaffinity(0, {OTHER_CORE})
    try:
        flood, found = Flood(), Found()
        for _ in range(min(bench.rounds, 3)):
            measure(bench, flood, found)
        say(page, found, *measure_limit(bench, flood))
    finally:
        os.sched_setaffinity(0, cores)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
