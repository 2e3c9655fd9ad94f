#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks for secrets where they must not be.

marked_secrets.py TTA [--not-in-memory]

Runs every command of the program, and every endpoint of its gateway, with secrets that can be told apart: in the environment, on standard input, in the
vault, in place of a name or an address (which is how keys are pasted by mistake); against a provider on loopback that
quotes the key in its status line, its headers and its body, with every kind of answer and fault.  Then

- no secret stands in what was printed, nor in any file that was left, but for what was given to the program and what
  `keys export --reveal` is for;
- a process that has opened a vault and waits holds its keys only in pages that no core image has, the passphrase
  nowhere, in /proc/PID/environ neither; other users cannot look (without root this is seen by being refused);
- a core image made by gcore, where there is one, has none.

Prints what was done; exit status 1 if anything was found.
"""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

TTA = str(pathlib.Path(sys.argv[1]).resolve())
MARK = "7f3a9c51e0b84d26"
KEYS = {name: f"sk-or-v1-{MARK}{number:02x}" + "0123456789abcdef" * 2 + f"{number:014d}"
        for number, name in enumerate(["environment", "input", "vault", "pasted"])}
PASSPHRASE = f"correct {MARK} horse"
NEEDLES = [MARK.encode()]

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
    """Answers every request in the way that is set, quoting the key that came."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/v1"
        self.answer = "200 a list"
        self.seen = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.socket.accept()
            with peer:
                self.talk(peer)

    def talk(self, peer):
        request = b""
        while b"\r\n\r\n" not in request:
            more = peer.recv(65536)
            if not more:
                return
            request += more
        match = re.search(rb"(?i)(?:authorization: bearer|x-api-key:) *(\S+)", request)
        key = match[1].decode() if match else "none"
        self.seen += MARK in key
        status, body = ANSWERS[self.answer]
        if status is None:
            peer.sendall((body or "").replace("KEY", key).encode())
            return
        body = (body or "KEY").replace("KEY", key)
        length = len(body) * (2 if self.answer == "cut" else 1)
        kind = "text/html" if body.startswith("<") else "application/json"
        peer.sendall(f"HTTP/1.1 {status} because of {key}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
                     f"X-Key: {key}\r\nLocation: http://127.0.0.1:1/{key}\r\nRetry-After: 1\r\nConnection: close\r\n"
                     f"\r\n{body}".encode())


class Search:
    """A folder to work in, and what was found wrong so far."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.faults = []
        self.runs = 0
        self.provider = Provider()

    def look(self, what, data):
        for needle in NEEDLES:
            if needle in data:
                self.faults.append(f"{what}: {data[max(0, data.find(needle) - 60):][:160]!r}")

    def run(self, *arguments, stdin="", **variables):
        environment = {name: value for name, value in os.environ.items() if "API_KEY" not in name}
        environment.update(LD_BIND_NOW="1", XDG_CACHE_HOME=str(self.folder / "cache"), **variables)
        done = subprocess.run([TTA, *arguments], cwd=self.folder, input=stdin.encode(), env=environment,
                              capture_output=True, timeout=60)
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


def write_configuration(search, name="tta.yaml", **of_server):
    fields = {"provider": "openai", "base_url": search.provider.url, **of_server}
    lines = "".join(f"    {key}: {value}\n" for key, value in fields.items())
    text = f"vault: keys.vault\nvault_key_file: secret\nstore: lists.json\nservers:\n  -{lines[3:]}"
    (search.folder / name).write_text(text)


def use_every_command(search):
    """The vault is made, changed, copied and asked, with every answer of the provider."""
    vault = ["--vault=keys.vault", "--key-file=secret"]
    words = ["--vault=words.vault"]
    good = [
        search.run("keys", "add", *vault, "--name=main", "--provider=openrouter", stdin=KEYS["input"]),
        search.run("keys", "rotate", *vault, "--name=main", stdin=KEYS["vault"]),
        search.run("keys", "add", *vault, "--name=list", "--provider=openai", stdin=KEYS["vault"]),
        search.run("keys", "add", *vault, "--name=there", "--provider=openrouter", f"--base-url={search.provider.url}",
                   stdin=KEYS["vault"]),
        search.run("keys", "list", *vault),
        search.run("keys", "add", *words, "--name=main", "--provider=openrouter", stdin=KEYS["vault"],
                   TTA_PASSPHRASE=PASSPHRASE),
        search.run("keys", "rekey", *words, "--new-key-file=secret", TTA_PASSPHRASE=PASSPHRASE),
        search.run("keys", "rekey", "--vault=words.vault", "--key-file=secret", TTA_NEW_PASSPHRASE=PASSPHRASE),
        search.run("keys", "export", *vault, "--to=copy.vault", TTA_NEW_PASSPHRASE=PASSPHRASE),
        search.run("keys", "remove", "--vault=copy.vault", "--name=list", TTA_PASSPHRASE=PASSPHRASE),
        search.run("hardware"),
        search.run("completion", "bash"),
        search.run("keys", "add", "--help"),
    ]
    search.faults += [f"{each.args[1:4]} failed: {each.stderr}" for each in good if each.returncode != 0]
    for search.provider.answer in ANSWERS:
        url = f"--base-url={search.provider.url}"
        search.run("keys", "check", "--provider=openrouter", url, stdin=KEYS["input"])
        search.run("keys", "check", "--provider=custom_api", url, stdin=KEYS["input"])
        search.run("keys", "validate", *vault, "--name=there")
        for source in {"vault_key": "list"}, {"key_variable": "MY_KEY"}:
            (search.folder / "lists.json").unlink(missing_ok=True)
            write_configuration(search, **source)
            search.run("models", "refresh", MY_KEY=KEYS["environment"])
            search.run("models", MY_KEY=KEYS["environment"])
            search.run("models", "--json", MY_KEY=KEYS["environment"])
            search.run("select", "--explain", MY_KEY=KEYS["environment"])
            search.look_at_files()


def make_mistakes(search):
    """What people do: a wrong passphrase, and a key pasted where something else belongs."""
    vault = ["--vault=keys.vault", "--key-file=secret"]
    key = KEYS["pasted"]
    search.provider.answer = "401"
    search.run("keys", "list", "--vault=words.vault", TTA_PASSPHRASE=PASSPHRASE + "x")
    search.run("keys", key)
    search.run("keys", "check", "--provider=openrouter", key)
    search.run("keys", "check", f"--provider={key}", stdin=key)
    search.run("keys", "check", f"--key={key}", "--provider=openrouter", stdin=key)
    search.run("keys", "check", "--provider=openrouter", "--form-only", stdin=f"{key} and more")
    search.run("keys", "check", "--provider=openrouter", "--form-only", stdin=key * 20)
    search.run("keys", "check", "--provider=openrouter", f"--base-url=http://{key}@127.0.0.1:1/v1", stdin=key)
    search.run("keys", "check", "--provider=openrouter", f"--base-url=http://127.0.0.1:1/v1?key={key}", stdin=key)
    search.run("keys", "check", "--provider=openrouter", f"--base-url=http://127.0.0.1:1/{key}", stdin=key)
    for command in "add", "rotate", "remove", "validate":
        search.run("keys", command, *vault, f"--name={key}", "--provider=openrouter", stdin=key)
        search.run("keys", command, *vault, f"--name={key}", stdin=key)
        search.run("keys", command, *vault, "--name=main", key, stdin=key)
    search.run("keys", "export", *vault, "--to=never.vault", f"--name={key}", TTA_NEW_PASSPHRASE=PASSPHRASE)
    search.run("keys", "export", *vault, "--to=never.vault", f"--new-key-file={key}")
    search.run("keys", "export", *vault, "--reveal", f"--name={key}")
    search.run("keys", "list", "--vault=keys.vault", f"--key-file={key}")
    for field in "vault_key", "key_variable", "provider", "api_key", "base_url":
        value = f"http://{key}@127.0.0.1:1/v1" if field == "base_url" else key
        write_configuration(search, "mistake.yaml", **{field: value})
        for command in ["models", "refresh"], ["models"], ["select"]:
            search.run(*command, "--config=mistake.yaml")
        (search.folder / "mistake.yaml").unlink()


SERVE = """vault: keys.vault
vault_key_file: secret
store: none.json
servers:
  - provider: openrouter
    base_url: URL
    vault_key: there
serve:
  address: 127.0.0.1:PORT
  access_log: access.log
  max_wait: 1 ms
  chains:
    - name: story
      targets: [openrouter/m]
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def call(port, path, body=None, key="none"):
    """Everything that the gateway answers, head and body."""
    head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n"
    head += f"Authorization: Bearer {key}\r\nContent-Length: {len(body or '')}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as gateway:
        gateway.sendall((head + (body or "")).encode())
        answer = b""
        while more := gateway.recv(65536):
            answer += more
    return answer


def wait_for_gateway(port, process):
    for _ in range(1000):
        try:
            return bool(call(port, "/healthz"))
        except OSError:
            if process.poll() is not None:
                return False
            time.sleep(0.01)
    return False


def ask_the_gateway(search):
    """All its endpoints, with every kind of answer of the provider; each with a gateway whose breakers are closed."""
    message = '"messages": [{"role": "user", "content": "hi"}]'
    bodies = {"/v1/chat/completions": message, "/v1/completions": '"prompt": "hi"', "/v1/embeddings": '"input": "hi"'}
    for search.provider.answer in ANSWERS:
        port = free_port()
        text = SERVE.replace("URL", search.provider.url).replace("PORT", str(port))
        (search.folder / "serve.yaml").write_text(text)
        process = subprocess.Popen([TTA, "serve", "--config=serve.yaml"], cwd=search.folder, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        if not wait_for_gateway(port, process):
            search.faults.append("the gateway did not start")
        else:
            what = f"gateway, {search.provider.answer}"
            for path, fields in bodies.items():
                for stream in "false", "true":
                    body = f'{{"model": "story", "stream": {stream}, {fields}}}'
                    answer = call(port, path, body, KEYS["pasted"])
                    if not search.provider.answer.startswith("200 a "):  # a whole answer is passed on as it is
                        search.look(f"{what}: {path}, stream {stream}", answer)
            for path in "/v1/models", "/healthz", "/readyz", "/v1/nothing":
                search.look(f"{what}: {path}", call(port, path, None, KEYS["pasted"]))
            search.look(f"{what}: a model that is none",
                        call(port, "/v1/chat/completions", f'{{"model": "none", {message}}}', KEYS["pasted"]))
        process.terminate()
        out, err = process.communicate(timeout=60)
        search.look(f"gateway, {search.provider.answer}: what it printed", out + err)
        search.look_at_files()


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


def look_into_memory(search, process):
    kept_out = 0
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for start, end, is_kept_out in mappings_of(process):
            memory.seek(start)
            data = memory.read(end - start)
            kept_out += is_kept_out and MARK.encode() in data
            if not is_kept_out:
                search.look(f"memory of a waiting process at {start:x}", data)
    if kept_out == 0:
        search.faults.append("the keys of a vault are not in memory that core images leave out")
    search.look("environment of a waiting process", pathlib.Path(f"/proc/{process}/environ").read_bytes())


def look_into_core(search, process):
    gcore = shutil.which("gcore")
    if not gcore:
        return "there is no gcore"
    prefix = search.folder / "core"
    done = subprocess.run([gcore, "-o", prefix, str(process)], capture_output=True, timeout=60)
    core = pathlib.Path(f"{prefix}.{process}")
    if done.returncode != 0 or not core.exists():
        return "gcore could not look into the process"
    image = core.read_bytes()
    core.unlink()
    search.look("core image of a waiting process", image)
    return f"a core image of {len(image)} bytes has none"


def wait_until_it_reads(process):
    """Until it waits for standard input: then the vault is open."""
    for _ in range(1000):
        state = pathlib.Path(f"/proc/{process.pid}/wchan")
        try:
            if "pipe" in state.read_text() or process.poll() is not None:
                return
        except OSError:
            pass
        if re.search(r"^State:\tS", pathlib.Path(f"/proc/{process.pid}/status").read_text(), re.M):
            time.sleep(0.2)  # asleep: nothing in it sleeps but for its input
            return
        time.sleep(0.01)


def look_at_a_process(search):
    environment = dict(os.environ, TTA_PASSPHRASE=PASSPHRASE, LD_BIND_NOW="1")
    process = subprocess.Popen([TTA, "keys", "rotate", "--vault=words.vault", "--name=main"], cwd=search.folder,
                               env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until_it_reads(process)
    try:
        if "--not-in-memory" in sys.argv:
            core = "memory was not looked at"
        elif os.geteuid() == 0:
            look_into_memory(search, process.pid)
            core = look_into_core(search, process.pid)
        else:
            core = "without root its memory cannot be read"
            try:
                open(f"/proc/{process.pid}/mem", "rb").close()
                search.faults.append("the memory of a process with an open vault can be read by its user")
            except PermissionError:
                pass
    finally:
        out, err = process.communicate(KEYS["vault"].encode(), timeout=60)
    search.look("a process that was looked at", out + err)
    if process.returncode != 0:
        search.faults.append(f"rotate failed: {err}")
    return core


def main():
    with tempfile.TemporaryDirectory() as folder:
        search = Search(folder)
        secret = search.folder / "secret"
        secret.touch(0o600)
        secret.write_bytes(os.urandom(32))
        use_every_command(search)
        make_mistakes(search)
        ask_the_gateway(search)
        core = look_at_a_process(search)
        search.look_at_files()
        revealed = subprocess.run([TTA, "keys", "export", "--vault=keys.vault", "--key-file=secret", "--name=main",
                                   "--reveal"], cwd=folder, capture_output=True, timeout=60).stdout
        if KEYS["vault"].encode() not in revealed or search.provider.seen < len(ANSWERS):
            search.faults.append("the marks were not there to be found: this test tests nothing")
    print(f"{search.runs} commands, {search.provider.seen} requests with a marked key; {core}")
    print("\n".join(search.faults))
    return 1 if search.faults else 0


sys.exit(main())
