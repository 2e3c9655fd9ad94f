# SPDX-License-Identifier: MIT
"""Secrets that can be told apart, a provider that quotes what it is sent, and where to look for them."""
import errno
import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import time

PASSES = 20  # over memory that changes
MARK = "7f3a9c51e0b84d26"
KEYS = {name: f"sk-or-v1-{MARK}{number:02x}" + "0123456789abcdef" * 2 + f"{number:014d}"
        for number, name in enumerate(["environment", "input", "vault", "pasted"])}
PASSPHRASE = f"correct {MARK} horse"

# Status and body; KEY is what was sent.  No status: no HTTP.
ANSWERS = {
    "200 a key": (200, '{"data": {"label": "KEY", "limit": null, "limit_remaining": null}}'),
    "200 a list": (200, '{"object": "list", "data": [{"id": "KEY", "name": "KEY"}, {"id": "m"}]}'),
    "200 garbage": (200, "KEY{"),
    "200 a page": (200, "<html>KEY"),
    "302": (302, "KEY"),
    **{str(status): (status, '{"error": {"message": "Incorrect API key provided: KEY", "code": "KEY", "type": "KEY"}}')
       for status in (400, 401, 402, 403, 404, 429, 500, 503, 529)},
    "cut": (200, None),
    "closed": (None, None),
    "no HTTP": (None, "KEY"),
}


class Provider:
    """Answers every request in the way that is set, quoting the key that came; its pieces cut the key."""

    def __init__(self, answers=None):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.answers = answers or ANSWERS
        self.answer = "200 a list"
        self.seen = 0
        self.was_asked, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.socket.accept()
            threading.Thread(target=self.talk, args=[peer], daemon=True).start()

    def talk(self, peer):
        with peer:
            request = b""
            while b"\r\n\r\n" not in request:
                more = peer.recv(65536)
                if not more:
                    return
                request += more
            match = re.search(rb"(?i)(?:authorization: bearer|x-api-key:) *(\S+)", request)
            key = match[1].decode() if match else "none"
            self.seen += MARK in key
            self.was_asked.set()
            self.may_answer.wait(60)
            try:
                self.say(peer, key)
            except OSError:
                pass  # who asked has had enough of it

    def say(self, peer, key):
        status, body = self.answers[self.answer]
        if status is None:
            peer.sendall((body or "").replace("KEY", key).encode())
            return
        body = (body or "KEY").replace("KEY", key)
        length = len(body) * (2 if self.answer == "cut" else 1)
        kind = ("text/html" if body.startswith("<") else "text/event-stream" if re.match("data:|event:", body)
                else f"application/json; of={key}")
        text = (f"HTTP/1.1 {status} because of {key}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
                f"X-Key: {key}\r\nLocation: http://127.0.0.1:1/{key}\r\nRetry-After: 1\r\nConnection: close\r\n"
                f"\r\n{body}")
        middle = text.rfind(key) + len(key) // 2
        peer.sendall(text[:middle].encode())
        time.sleep(0.002)  # or it would be one piece
        peer.sendall(text[middle:].encode())


class Search:
    """A folder to work in, and what was found wrong so far."""

    def __init__(self, tta, folder, answers=None):
        self.tta = str(pathlib.Path(tta).resolve())
        self.folder = pathlib.Path(folder)
        self.needles = [MARK.encode()]
        self.faults = []
        self.runs = 0
        self.provider = Provider(answers)
        secret = self.folder / "secret"
        secret.touch(0o600)
        secret.write_bytes(os.urandom(32))

    def look(self, what, data, needles=None):
        for needle in needles or self.needles:
            if needle in data:
                self.faults.append(f"{what}: {data[max(0, data.find(needle) - 60):][:160]!r}")

    def environment(self, **variables):
        environment = {name: value for name, value in os.environ.items() if "API_KEY" not in name}
        environment.update(LD_BIND_NOW="1", XDG_CACHE_HOME=str(self.folder / "cache"), **variables)
        return environment

    def run(self, *arguments, stdin="", **variables):
        done = subprocess.run([self.tta, *arguments], cwd=self.folder, input=stdin.encode(),
                              env=self.environment(**variables), capture_output=True, timeout=60)
        self.runs += 1
        what = "tta " + " ".join(arguments[:3]) + f", {self.provider.answer}"
        self.look(f"{what}: stdout", done.stdout)
        self.look(f"{what}: stderr", done.stderr)
        if done.returncode not in (0, 1, 2, 3, 4):
            self.faults.append(f"{what}: ended with {done.returncode}")
        return done

    def look_at_files(self):
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                self.look(f"file {path.relative_to(self.folder)}", path.read_bytes())

    def look_into_memory(self, what, process, needles=None):
        """All that can be read of it; a key may be in pages alone that core images leave out."""
        kept_out = 0
        for start, is_kept_out, data in memory_of(process):
            kept_out += is_kept_out and MARK.encode() in data
            if not is_kept_out:
                self.look(f"{what}: memory at {start:x}", data, needles)
        if kept_out == 0:
            self.faults.append(f"{what}: its keys are not in memory that core images leave out")
        self.look(f"{what}: environment", pathlib.Path(f"/proc/{process}/environ").read_bytes())

    def look_into_core(self, what, process):
        """What became of it."""
        gcore = shutil.which("gcore")
        if not gcore:
            return "there is no gcore"
        prefix = self.folder / "core"
        done = subprocess.run([gcore, "-o", prefix, str(process)], capture_output=True, timeout=60)
        core = pathlib.Path(f"{prefix}.{process}")
        if done.returncode != 0 or not core.exists():
            return "gcore could not look into the process"
        image = core.read_bytes()
        core.unlink()
        self.look(f"{what}: core image", image)
        return f"a core image of {len(image)} bytes was looked at"


def mappings_of(process):
    """(from, to, is kept out of core images) of what can be read of a process."""
    found, is_read = [], False
    for line in pathlib.Path(f"/proc/{process}/smaps").read_text().splitlines():
        match = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S)", line)
        if match:
            is_read = match[3] == "r" and "[v" not in line
            if is_read:
                found.append([int(match[1], 16), int(match[2], 16), False])
        elif is_read and line.startswith("VmFlags:"):
            found[-1][2] = " dd" in line
    return found


def memory_of(process):
    """(from, is kept out of core images, what is there) of all that can be read of a process, at one time as far as it
    goes on: what it gave back since it was listed cannot be read, and all is listed anew."""
    for _ in range(PASSES):
        found = []
        with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
            try:
                for start, end, is_kept_out in mappings_of(process):
                    memory.seek(start)
                    found.append((start, is_kept_out, memory.read(end - start)))
                return found
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
    raise SystemExit(f"the memory of process {process} changes faster than it can be read")
