#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Alerts of a gateway as a process: told once, by whoever runs, and told when they have resolved.

alerts_test.py TTA
"""
import contextlib
import os
import subprocess
import sys
import time
import unittest

from served import PATIENCE_S, Beside, Gateway

CONFIG = """servers:
  - provider: custom_api
    name: first
    base_url: http://127.0.0.1:{port}/v1
store: lists.json
metrics: metrics.db
alert_hook: echo "$TTA_ALERT_STATE $TTA_ALERT $TTA_ALERT_PROVIDER $TTA_ALERT_MODEL $TTA_ALERT_CONDITION" >> told
alerts:
  - name: errors
    when: error_rate > 50%
    window: 24h
    each: model
    min_requests: 5
  - name: never
    when: p95 > 10 h
serve:
  address: 127.0.0.1:0
  chains:
    - name: story
      targets: [first/any]
    - name: rest
      targets: [first/broken]
"""
FIRES = "fires errors first broken error_rate > 50%\n"
TTA = None


class Alerts(Beside):
    def setUp(self):
        super().setUp()
        (self.folder / "tta.yaml").write_text(CONFIG.format(port=self.provider.port))

    def start(self):
        gateway = Gateway(TTA, self.folder)
        self.addCleanup(gateway.stop)
        return gateway

    def wait_for_told(self, wanted):
        deadline = time.monotonic() + PATIENCE_S
        told = self.folder / "told"
        while time.monotonic() < deadline and (not told.exists() or told.read_text() != wanted):
            time.sleep(0.1)
        self.assertEqual(told.read_text(), wanted)

    def test_an_alert_is_told_once(self):
        gateway = self.start()
        for _ in range(8):
            self.assertGreaterEqual(gateway.ask("first/broken")[0], 500)
        gateway.ask("first/any")
        gateway.wait_for("alert errors fires for first broken: error_rate > 50% in 24h")
        self.wait_for_told(FIRES)
        self.assertEqual(gateway.stop(), 0)

        again = self.start()  # which knows of it
        for _ in range(8):
            again.ask("first/broken")
        shown = subprocess.run([TTA, "metrics", "--alerts"], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(shown.returncode, 1, shown.stderr)
        self.assertIn("fires since", shown.stdout)
        with contextlib.closing(again.connect()) as connection:
            connection.request("GET", "/metrics")
            page = connection.getresponse().read().decode()
        self.assertRegex(page, r'tta_requests_total\{provider="first",model="any",task=""\} 1\n')
        self.assertRegex(page, r'tta_failures_total\{provider="first",model="broken",task="",class="server"\} \d+\n')
        self.assertEqual(again.stop(), 0)
        self.assertEqual((self.folder / "told").read_text(), FIRES)


if __name__ == "__main__":
    TTA = os.path.abspath(sys.argv.pop(1))
    unittest.main()
