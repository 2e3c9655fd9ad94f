#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command beside a provider of its own.

with_key_server.py STATUS BODY COMMAND... < KEY

The provider listens on 127.0.0.1 and answers every request with STATUS and BODY.
{url} in COMMAND is its base URL.  {auth} in BODY is the Authorization header that
came, for providers that quote a key in their answers.  The exit status is that
of the command; the provider ends with it.
"""
import http.server
import subprocess
import sys
import threading

STATUS, BODY, COMMAND = int(sys.argv[1]), sys.argv[2], sys.argv[3:]


class Provider(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        auth = self.headers.get("Authorization", "")
        body = BODY.replace("{auth}", auth).encode()
        self.send_response(STATUS, f"because {auth}")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if STATUS == 429:
            self.send_header("Retry-After", "20")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    run = subprocess.run([each.replace("{url}", url) for each in COMMAND], timeout=60)
    server.shutdown()
sys.exit(run.returncode)
