#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""That `auto` asks the faster one of two models that are alike, once it has been seen which one that is.

live_test.py TTA
"""
import contextlib
import json
import sys
import time
import unittest

from served import PATIENCE_S, Beside, Gateway, Provider

CONFIG = """servers:
  - provider: custom_api
    name: slow
    base_url: http://127.0.0.1:{slow}/v1
  - provider: custom_api
    name: fast
    base_url: http://127.0.0.1:{fast}/v1
models:
  - id: alike
    provider: custom_api
    origin: slow
  - id: alike
    provider: custom_api
    origin: fast
store: none.json
serve:
  address: 127.0.0.1:0
"""
TTA = None


class Live(Beside):
    def setUp(self):
        super().setUp()
        self.fast = Provider()
        self.addCleanup(self.fast.stop)
        self.provider.delay_s = 0.1
        (self.folder / "tta.yaml").write_text(CONFIG.format(slow=self.provider.port, fast=self.fast.port))
        self.gateway = Gateway(TTA, self.folder)
        self.addCleanup(self.gateway.stop)

    def ask(self, model):
        """Who has answered."""
        status, headers, _ = self.gateway.ask(model)
        self.assertEqual(status, 200)
        return headers["x-tta-provider"]

    def select(self):
        with contextlib.closing(self.gateway.connect()) as connection:
            connection.request("POST", "/api/v1/models/select", "{}")
            return json.loads(connection.getresponse().read())

    def test_the_slower_one_of_two_alike_loses(self):
        self.assertEqual(self.ask("auto"), "slow")  # nothing is known, and it is the first
        scores = [each["score"] for each in self.select()["ranking"]]
        self.assertEqual(scores[0], scores[1])
        for server in ["slow", "fast"] * 5:
            self.assertEqual(self.ask(f"{server}/alike"), server)
        end = time.monotonic() + PATIENCE_S
        while self.ask("auto") == "slow":
            self.assertLess(time.monotonic(), end, "the slower one is asked on and on")
        first, second = self.select()["ranking"]
        self.assertEqual([first["model"]["server"], second["model"]["server"]], ["fast", "slow"])
        self.assertGreater(first["score"]["latency"], second["score"]["latency"])
        self.assertEqual(first["score"]["availability"], second["score"]["availability"])


if __name__ == "__main__":
    TTA = sys.argv.pop(1)
    unittest.main()
