# SPDX-License-Identifier: MIT
"""`tta serve` as a process, and a scripted provider for it, both on loopback."""
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest

PATIENCE_S = 60  # so that what hangs fails


class Provider:
    """Says what the model's name asks for: "slow" answers when `release` is set, "broken" has a fault, "stream" streams
    if it is asked to."""

    def __init__(self, tls=None):
        """Within TLS with an ssl.SSLContext."""
        self.release = threading.Event()
        self.delay_s = 0  # of each answer
        self.arrived = threading.Semaphore(0)  # of requests for "slow"
        self.heads = []  # of requests, the latest last
        self.key = None  # the one that may see the list of models; None: there is no list
        self.asked = 0  # for the list
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def do_GET(self):
                owner.asked += 1
                if not owner.key:
                    self.say(501, "text/plain", b"")
                elif self.headers["Authorization"] != f"Bearer {owner.key}":
                    self.say(401, "application/json", b'{"error":{"code":"invalid_api_key"}}')
                else:
                    self.say(200, "application/json", b'{"object":"list","data":[{"id":"any","object":"model"}]}')

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                owner.heads.append(self.headers)
                time.sleep(owner.delay_s)
                if request["model"] == "slow":
                    owner.arrived.release()
                    owner.release.wait(PATIENCE_S)
                if request["model"] == "broken":
                    self.say(500, "application/json", b'{"error":{"message":"a fault"}}')
                elif request.get("stream"):
                    pieces = [{"choices": [{"delta": {"content": word}, "finish_reason": None}]} for word in "ab"]
                    pieces.append({"choices": [{"delta": {}, "finish_reason": "stop"}],
                                   "usage": {"prompt_tokens": 3, "completion_tokens": 2}})
                    text = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces) + "data: [DONE]\n\n"
                    self.say(200, "text/event-stream", text.encode())
                else:
                    self.say(200, "application/json", json.dumps({
                        "choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}],
                        "usage": {"prompt_tokens": 3, "completion_tokens": 2}}).encode())

            def say(self, status, kind, body):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self.server = Server(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


class Gateway:
    """Runs in `folder` with its tta.yaml until stop()."""

    def __init__(self, tta, folder, **environment):
        self.process = subprocess.Popen([tta, "serve"], cwd=folder, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **environment})
        self.said = []
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.port = int(self.wait_for(r"listening on http://127\.0\.0\.1:(\d+)")[1])

    def read(self):
        for line in self.process.stderr:
            with self.changed:
                self.said.append(line)
                self.changed.notify_all()
        with self.changed:
            self.said.append(None)
            self.changed.notify_all()

    def wait_for(self, pattern, after=0):
        """The match of the first line from the `after`th on that has the pattern."""
        with self.changed:
            while True:
                for line in self.said[after:]:
                    if line is None:
                        raise AssertionError(f"no '{pattern}' in what the gateway said: {self.said}")
                    if match := re.search(pattern, line):
                        return match
                if not self.changed.wait(PATIENCE_S):
                    raise AssertionError(f"no '{pattern}' came: {self.said}")

    def reload(self, pattern):
        """SIGHUP, and the answer to it."""
        after = len(self.said)
        self.process.send_signal(signal.SIGHUP)
        return self.wait_for(pattern, after)

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)

    def ask(self, model, connection=None, stream=False, headers=None):
        """Status, headers and body; without a connection on one of its own."""
        if not connection:
            with contextlib.closing(self.connect()) as mine:
                return self.ask(model, mine, stream, headers)
        body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": "a secret wish"}]}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()

    def stop(self):
        """The exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        self.process.stderr.close()
        return status


class Beside(unittest.TestCase):
    """Each test has a folder, and a provider, of its own."""

    def setUp(self):
        work = tempfile.TemporaryDirectory()
        self.addCleanup(work.cleanup)
        self.folder = pathlib.Path(work.name)
        self.provider = Provider()
        self.addCleanup(self.provider.stop)
