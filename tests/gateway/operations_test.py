#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a manager of services does to the gateway while clients ask it: reload, move its log, end it.

operations_test.py TTA
"""
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import unittest

from served import PATIENCE_S, Beside, Gateway

KEY = "sk-test-0123456789abcdefghij"
CONFIG = """servers:
  - provider: custom_api
    name: {name}
    base_url: http://127.0.0.1:{port}/v1
    key_variable: OPERATIONS_KEY
  - provider: custom_api
    name: named
    base_url: http://provider.localhost:{port}/v1
store: lists.json
metrics: metrics.db
serve:
  address: 127.0.0.1:0
  access_log: access.log
  chains:
    - name: story
      targets: [{name}/any]
    - name: rest
      targets: [{name}/slow, {name}/broken, named/any]
"""
TTA = None


class Operations(Beside):
    def setUp(self):
        super().setUp()
        self.write_config("first")

    def write_config(self, name):
        (self.folder / "tta.yaml").write_text(CONFIG.format(name=name, port=self.provider.port))

    def start(self, **environment):
        gateway = Gateway(TTA, self.folder, OPERATIONS_KEY=KEY, **environment)
        self.addCleanup(gateway.stop)
        return gateway

    def log_lines(self, name="access.log"):
        text = (self.folder / name).read_text()
        self.assertNotIn("secret wish", text)
        self.assertNotIn(KEY, text)
        return [json.loads(line) for line in text.splitlines()]

    def ask_until(self, gateway, is_over, outcomes, keeps):
        """Asks without a pause; what is not answered well is an outcome, too."""
        connection = gateway.connect()
        while not is_over.is_set():
            if not keeps:
                connection.close()
                connection = gateway.connect()
            try:
                status, headers, body = gateway.ask("story", connection, stream=len(outcomes) % 2 == 1)
                is_whole = body.endswith("data: [DONE]\n\n") or "hello" in body
                outcomes.append((status, is_whole, headers["x-tta-provider"]))
            except OSError as problem:
                outcomes.append((repr(problem), False, None))
                return
        connection.close()

    def test_reloads_under_traffic_lose_no_request(self):
        gateway = self.start()
        is_over = threading.Event()
        outcomes = [[] for _ in range(6)]
        threads = [threading.Thread(target=self.ask_until, args=(gateway, is_over, mine, index % 2 == 0))
                   for index, mine in enumerate(outcomes)]
        for thread in threads:
            thread.start()
        try:
            for turn in range(10):
                (self.folder / "access.log").rename(self.folder / f"access.{turn}.log")
                self.write_config("second" if turn % 2 == 0 else "first")
                gateway.reload("the configuration was read again")
                _, headers, _ = gateway.ask("story")
                self.assertEqual(headers["x-tta-provider"], "second" if turn % 2 == 0 else "first")
                (self.folder / "tta.yaml").write_text("servers:\n  - provider: nobody\n")
                why = gateway.reload(r"tta\.yaml.*")[0]
                self.assertIn("nobody", why)
                gateway.wait_for("the configuration was not read again; the one before goes on")
                self.assertEqual(gateway.ask("story")[0], 200)
        finally:
            is_over.set()
            for thread in threads:
                thread.join(PATIENCE_S)
        self.assertEqual([each for mine in outcomes for each in mine if each[:2] != (200, True)], [])
        self.assertGreater(min(len(mine) for mine in outcomes), 0)
        self.assertEqual({each[2] for mine in outcomes for each in mine}, {"first", "second"})
        self.assertEqual(gateway.stop(), 0)
        asked = sum(len(mine) for mine in outcomes) + 20
        lines = self.log_lines() + [line for turn in range(10) for line in self.log_lines(f"access.{turn}.log")]
        self.assertEqual(len(lines), asked)
        self.assertGreater(len(self.log_lines()), 0)  # the last file is written, too
        self.assertEqual(len({line["id"] for line in lines}), asked)

    def test_what_is_under_way_is_answered_before_the_end(self):
        gateway = self.start()
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(gateway.ask("first/slow"))) for _ in range(5)]
        for thread in threads:
            thread.start()
        for _ in threads:
            self.assertTrue(self.provider.arrived.acquire(timeout=PATIENCE_S))
        gateway.process.terminate()
        self.provider.release.set()
        for thread in threads:
            thread.join(PATIENCE_S)
        self.assertEqual([(status, "hello" in body) for status, _, body in answers], [(200, True)] * 5)
        self.assertEqual(gateway.process.wait(PATIENCE_S), 0)
        with self.assertRaises(OSError):
            gateway.ask("story")
        self.assertEqual(len(self.log_lines()), 5)

    def test_a_trace_goes_on_to_the_provider_and_into_the_log(self):
        gateway = self.start()
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        for way in ("story", "named/any"):  # plain, and by libcurl
            gateway.ask(way, headers={"traceparent": parent, "tracestate": "rojo=00f067aa0ba902b7"})
            self.assertEqual(self.provider.heads[-1].get_all("traceparent"), [parent])
            self.assertEqual(self.provider.heads[-1].get_all("tracestate"), ["rojo=00f067aa0ba902b7"])
            self.assertEqual(self.provider.heads[-1].get_all("content-type"), ["application/json"])
            gateway.ask(way, headers={"traceparent": "00-nothing"})
            gateway.ask(way)
            self.assertEqual([head["traceparent"] for head in self.provider.heads[-2:]], [None, None])
        self.assertEqual(gateway.stop(), 0)
        self.assertEqual([line.get("trace") for line in self.log_lines()],
                         ["0af7651916cd43dd8448eb211c80319c", None, None] * 2)

    def test_metrics_outlive_it(self):
        for _ in range(2):
            gateway = self.start()
            gateway.ask("story")
            self.assertEqual(gateway.ask("first/broken")[0], 502)
            self.assertEqual(gateway.stop(), 0)
        text = subprocess.run([TTA, "metrics", "--json"], cwd=self.folder, capture_output=True, text=True,
                              check=True).stdout
        windows = {each["model"]: each["windows"]["all"] for each in json.loads(text)["series"]}
        self.assertEqual(windows["any"]["requests"], 2)
        self.assertEqual(windows["broken"]["failures"], windows["broken"]["requests"])

    def test_a_manager_of_services_is_told_how_it_stands(self):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.settimeout(PATIENCE_S)
        path = os.path.relpath(self.folder / "notify")
        manager.bind(path)
        gateway = self.start(NOTIFY_SOCKET=str(self.folder / "notify"))
        self.assertEqual(manager.recv(1000), b"READY=1\nSTATUS=serving")
        gateway.reload("the configuration was read again")
        self.assertEqual(manager.recv(1000), b"RELOADING=1")
        self.assertEqual(manager.recv(1000), b"READY=1\nSTATUS=serving")
        self.assertEqual(gateway.stop(), 0)
        self.assertEqual(manager.recv(1000), b"STOPPING=1\nSTATUS=ending what is under way")

    def test_idle_clients_make_room_where_there_are_no_descriptors(self):
        few = self.folder / "few"
        few.write_text(f'#!/bin/sh\nulimit -n 40\nexec "{TTA}" "$@"\n')
        few.chmod(0o700)
        gateway = Gateway(few, self.folder, OPERATIONS_KEY=KEY)
        self.addCleanup(gateway.stop)
        idle = [socket.create_connection(("127.0.0.1", gateway.port), PATIENCE_S) for _ in range(100)]
        for each in idle:
            self.addCleanup(each.close)
        for _ in range(3):
            with contextlib.closing(gateway.connect()) as connection:
                connection.request("GET", "/healthz")
                self.assertEqual(connection.getresponse().status, 200)
        self.assertEqual(idle[0].recv(1), b"")  # which had waited longest


if __name__ == "__main__":
    TTA = os.path.abspath(sys.argv.pop(1))
    unittest.main()
