#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server on loopback that answers with what stands in the folder `answers` at the time.

serve_lists.py > PORT

GET /a/b?c is answered with the file answers/a_b, a POST likewise with its body's name behind it; what there is none of
is 404, and a file whose first line is a number of three digits has that for its status.  The requests with their
authorisation are added to the file `requests`.  It ends after a minute, or when it is told.
"""
import http.server
import json
import pathlib
import sys
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, suffix=""):
        path = self.path.partition("?")[0].strip("/").replace("/", "_") + suffix
        with open("requests", "a") as log:
            log.write(f"{self.command} {self.path} {self.headers.get('Authorization') or '-'}\n")
        file = pathlib.Path("answers") / path
        body = file.read_bytes() if file.is_file() else b"404\n{}"
        status = 200
        if body[:3].isdigit() and body[3:4] == b"\n":
            status, body = int(body[:3]), body[4:]
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer()

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer("_" + asked["model"].replace(":", "_"))

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Timer(60, server.shutdown).start()
print(server.server_address[1], flush=True)
sys.stdout.close()
server.serve_forever()
