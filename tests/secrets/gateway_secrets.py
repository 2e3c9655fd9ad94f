#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks for secrets of a gateway where they must not be.

gateway_secrets.py TTA [--not-in-memory]

Runs `tta serve` between clients with keys and a provider on loopback that quotes the key it gets in its status line,
its headers and its body, with every kind of answer and fault; once by an address that is a number, which the gateway
asks itself, and once by a name, where libcurl does.  Keys are of the vault and of the environment; clients ask every
endpoint, with their keys in both headers, and paste others where they do not belong.  Then

- no answer, nor what was printed, nor the access log, nor any other file has a key;
- the process, when its requests are over, holds the keys of providers only in pages that no core image has, those of
  clients nowhere, and none in its environment; while it waits for a provider, likewise but for the keys of clients
  whose requests are under way (without root its memory cannot be looked at);
- a core image made by gcore, where there is one, has none.

Prints what was done; exit status 1 if anything was found.
"""
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from searching import ANSWERS, KEYS, MARK, Search

PATIENCE_S = 60
OF_CHAT = ('{"id": "KEY", "choices": [{"message": {"role": "assistant", "content": "it is KEY"}, '
           '"finish_reason": "stop"}]}')
OF_MESSAGE = ('{"id": "KEY", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "KEY"}], '
              '"stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}}')
STREAM = ('data: {"id": "KEY", "choices": [{"delta": {"content": "it is KEY"}, "finish_reason": null}]}\n\n'
          'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\nid: KEY\n\n')
EVENTS = ('event: message_start\ndata: {"type": "message_start", "message": {"id": "KEY", '
          '"usage": {"input_tokens": 1}}}\n\n'
          'event: content_block_start\ndata: {"type": "content_block_start", "index": 0, "content_block": '
          '{"type": "text", "text": ""}}\n\n'
          'event: content_block_delta\ndata: {"type": "content_block_delta", "index": 0, "delta": '
          '{"type": "text_delta", "text": "KEY"}}\n\n'
          'event: content_block_stop\ndata: {"type": "content_block_stop", "index": 0}\n\n'
          'event: message_delta\ndata: {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, '
          '"usage": {"output_tokens": 1}}\n\n'
          'event: message_stop\ndata: {"type": "message_stop"}\n\n')
BROKEN = STREAM.partition("data: [DONE]")[0].replace('"stop"', "null") + 'data: {"error": {"message": "no, KEY"}}\n\n'
GATEWAY_ANSWERS = {**ANSWERS, "200 chat": (200, OF_CHAT), "200 message": (200, OF_MESSAGE), "200 stream": (200, STREAM),
                   "200 events": (200, EVENTS), "200 broken stream": (200, BROKEN)}

CONFIGURATION = """vault: keys.vault
vault_key_file: secret
store: none.json
metrics: metrics.db
servers:
  - provider: openrouter
    base_url: URL/v1
    vault_key: there
  - provider: custom_api
    name: own
    base_url: URL/v1
    key_variable: MY_KEY
  - provider: anthropic
    name: claude
    base_url: URL
    key_variable: MY_KEY
serve:
  address: 127.0.0.1:0
  access_log: access.log
  max_wait: 1 ms
  clients: clients.json
  chains:
    - name: story
      targets: [openrouter/m]
    - name: ours
      targets: [own/m]
    - name: tale
      targets: [claude/c]
"""
MESSAGES = '"max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]'
BODIES = [("/v1/chat/completions", MESSAGES), ("/v1/completions", '"prompt": "hi"'),
          ("/v1/embeddings", '"input": "hi"'), ("/v1/messages", MESSAGES)]
PAGES = ["/", "/healthz", "/readyz", "/metrics", "/v1/models", "/api/v1/overview?window=1h", "/api/v1/models",
         "/api/v1/models/available", "/api/v1/models/free", "/api/v1/models/affordable",
         "/api/v1/models/recommendations?task_type=general_chat", "/api/v1/models/status", "/api/v1/models/performance",
         "/api/v1/models/performance/m", "/api/v1/models/fallback/statistics", "/api/v1/models/health"]


class Gateway:
    """Runs until stop(); what it prints is in a file of the folder."""

    def __init__(self, search):
        self.search = search
        self.printed = search.folder / "gateway.out"
        with open(self.printed, "wb") as out:
            self.process = subprocess.Popen([search.tta, "serve"], cwd=search.folder, stdout=out, stderr=out,
                                            env=search.environment(MY_KEY=KEYS["environment"]))
        line = self.wait_for("listening on ")
        self.port = int(line.rpartition(":")[2])

    def wait_for(self, text):
        """The line that has it."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.process.poll() is None:
            for line in self.printed.read_text().split("\n")[:-1]:
                if text in line:
                    return line
            time.sleep(0.01)
        raise AssertionError(f"no '{text}' in what the gateway said: {self.printed.read_text()}")

    def call(self, path, body=None, headers="", method=None):
        """Everything that is answered, head and body."""
        method = method or ("GET" if body is None else "POST")
        head = (f"{method} {path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n{headers}"
                f"Content-Length: {len(body or '')}\r\n\r\n")
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as gateway:
            gateway.sendall((head + (body or "")).encode())
            answer = b""
            while more := gateway.recv(65536):
                answer += more
        return answer

    def stop(self):
        self.process.terminate()
        if self.process.wait(PATIENCE_S) != 0:
            self.search.faults.append(f"the gateway ended with {self.process.returncode}")


def ask_models(search, gateway, what, clients):
    for number, model in enumerate(["story", "ours", "tale"]):
        for path, fields in BODIES:
            for stream in "false", "true":
                body = f'{{"model": "{model}", "stream": {stream}, {fields}}}'
                key = clients[number % len(clients)]
                headers = f"x-api-key: {key}\r\n" if path == "/v1/messages" else f"Authorization: Bearer {key}\r\n"
                search.look(f"{what}: {path} of {model}, stream {stream}", gateway.call(path, body, headers))
    test = gateway.call("/api/v1/models/test", '{"model_id": "story"}', f"Authorization: Bearer {clients[0]}\r\n")
    search.look(f"{what}: test", test)


def ask_pages(search, gateway, clients):
    for key in *clients, KEYS["pasted"]:
        for path in PAGES:
            search.look(path, gateway.call(path, None, f"Authorization: Bearer {key}\r\n"))
    answer = gateway.call("/api/v1/models/status", None, f"Authorization: Bearer {clients[0]}\r\n")
    if b"200 OK" not in answer:
        search.faults.append(f"whoever may manage is not let in: {answer}")


def paste_keys(search, gateway, clients):
    """Where names, paths and words belong."""
    for key in KEYS["pasted"], clients[1]:
        for headers in (f"Authorization: Bearer {clients[0]}\r\n", f"Authorization: Bearer {key}\r\n",
                        f"x-api-key: {key}\r\n", ""):
            for path in (f"/{key}", f"/v1/{key}", f"/v1/models?key={key}", f"/?{key}",
                         f"/api/v1/models/performance/{key}", f"/api/v1/models/{key}",
                         f"/api/v1/overview?window={key}", f"/api/v1/models/available?provider={key}"):
                search.look(path.replace(key, "KEY"), gateway.call(path, None, headers))
            for path, body in ((f"/api/v1/models/fallback/reset/{key}", "{}"),
                               ("/v1/chat/completions", f'{{"model": "{key}", {MESSAGES}}}'),
                               ("/v1/messages", f'{{"model": "auto:{key}", {MESSAGES}}}'),
                               (f"/v1/embeddings?api_key={key}", '{"model": "none"}'),
                               ("/v1/chat/completions", f'{{"model": "{key}'),
                               ("/api/v1/models/select", f'{{"task_type": "{key}"}}'),
                               ("/api/v1/models/select", f'{{"{key}": 1}}'),
                               ("/api/v1/models/test", f'{{"model_id": "{key}", "prompt": "{key}"}}')):
                search.look(f"{path.replace(key, 'KEY')}, pasted", gateway.call(path, body, headers))
            search.look("no request", gateway.call(f"/{key}", None, headers, method=key))
            search.look("no HTTP", gateway.call(f"/{key} {key}", None, headers))


def reload(search, gateway):
    """Keys of the environment, which has them no more, are there afterwards."""
    before = search.provider.seen
    gateway.process.send_signal(signal.SIGHUP)
    gateway.wait_for("the configuration was read again")
    return before


class Looker:
    """Looks into a gateway, if that can be done."""

    def __init__(self, search):
        self.search = search
        self.may_look = "--not-in-memory" not in sys.argv and os.geteuid() == 0
        self.looks = 0

    def look(self, what, gateway, needles=None):
        gateway.call("/healthz")  # whatever was over before is given back now
        if self.may_look:
            self.search.look_into_memory(what, gateway.process.pid, needles)
            self.looks += 1

    def look_while_a_provider_is_waited_for(self, what, gateway, client):
        provider = self.search.provider
        provider.was_asked.clear()
        provider.may_answer.clear()
        asker = threading.Thread(target=gateway.call, args=["/v1/chat/completions", f'{{"model": "ours", {MESSAGES}}}',
                                                            f"Authorization: Bearer {client}\r\n"])
        asker.start()
        if not provider.was_asked.wait(PATIENCE_S):
            self.search.faults.append(f"{what}: nobody asked")
        self.look(what, gateway, [MARK.encode()])
        provider.may_answer.set()
        asker.join()


def prepare(search):
    """The keys of two clients, the first of whom may manage."""
    search.run("keys", "add", "--vault=keys.vault", "--key-file=secret", "--name=there", "--provider=openrouter",
               f"--base-url={search.provider.url}", stdin=KEYS["vault"])
    clients = [search.run("clients", "add", name, "--clients=clients.json", *more).stdout.decode().strip()
               for name, more in (("boss", ["--manages"]), ("editor", []))]
    for key in clients:
        search.needles += [key[4:20].encode(), key[20:36].encode()]  # half of it would be too much, too
    search.run("clients", "list", "--clients=clients.json")
    search.look_at_files()
    return clients


def search_all(search, clients, looker):
    core = ""
    for host in "127.0.0.1", "provider.localhost":  # by libcurl, which knows these names
        (search.folder / "tta.yaml").write_text(
            CONFIGURATION.replace("URL", f"http://{host}:{search.provider.port}"))
        for search.provider.answer in GATEWAY_ANSWERS:
            what = f"{host}, {search.provider.answer}"
            gateway = Gateway(search)
            ask_models(search, gateway, what, clients)
            looker.look(what, gateway)
            gateway.stop()
            search.look_at_files()
        what = f"{host}, after everything"
        search.provider.answer = "200 chat"
        gateway = Gateway(search)
        ask_pages(search, gateway, clients)
        paste_keys(search, gateway, clients)
        before = reload(search, gateway)
        ask_models(search, gateway, what, clients)
        if search.provider.seen <= before + len(BODIES):
            search.faults.append(f"{what}: requests have no keys after a reload")
        looker.look_while_a_provider_is_waited_for(f"{host}, while a provider is waited for", gateway, clients[0])
        looker.look(what, gateway)
        core = search.look_into_core(what, gateway.process.pid) if looker.may_look else "memory was not looked at"
        gateway.stop()
        search.look_at_files()
    return core


def main():
    with tempfile.TemporaryDirectory() as folder:
        search = Search(sys.argv[1], folder, GATEWAY_ANSWERS)
        looker = Looker(search)
        clients = prepare(search)
        core = search_all(search, clients, looker)
        log = (search.folder / "access.log").read_text()
        if search.provider.seen < len(GATEWAY_ANSWERS) or '"path":"/api/v1/models/performance/*"' not in log:
            search.faults.append("the marks were not there to be found: this test tests nothing")
    print(f"{search.provider.seen} requests with a marked key, {len(log.splitlines())} lines of log, "
          f"{looker.looks} looks into memory; {core}")
    print("\n".join(search.faults))
    return 1 if search.faults else 0


sys.exit(main())
