#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Providers with TLS: who is trusted, who is not, and what is said of it.

tls_test.py TTA
"""
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import unittest

from served import PATIENCE_S, Gateway, Provider

KEY = "sk-test-0123456789abcdefghij"
CONFIG = """servers:
  - provider: custom_api
    name: house
    base_url: {scheme}://{host}:{port}/v1
    key_variable: TLS_KEY
{more}store: lists.json
serve:
  address: 127.0.0.1:0
  chains:
    - name: story
      targets: [house/any]
    - name: stream
      targets: [house/stream]
"""
TTA = None


class Tls(unittest.TestCase):
    def setUp(self):
        work = tempfile.TemporaryDirectory()
        self.addCleanup(work.cleanup)
        self.folder = pathlib.Path(work.name)
        self.make_certificate("house")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "house.pem", self.folder / "house.key")
        self.provider = Provider(context)
        self.addCleanup(self.provider.stop)

    def make_certificate(self, name):
        """A self-signed one of 127.0.0.1, and of no name."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.pem"],
                       check=True, capture_output=True, timeout=PATIENCE_S)

    def write_config(self, ca_file=None, host="127.0.0.1", scheme="https"):
        more = f"    ca_file: {ca_file}\n" if ca_file else ""
        (self.folder / "tta.yaml").write_text(CONFIG.format(scheme=scheme, host=host, port=self.provider.port, more=more))

    def start(self, **config):
        self.write_config(**config)
        gateway = Gateway(TTA, self.folder, TLS_KEY=KEY)
        self.addCleanup(gateway.stop)
        return gateway

    def run_tta(self, *arguments, key=""):
        return subprocess.run([TTA, *arguments], cwd=self.folder, input=key, capture_output=True, text=True,
                              timeout=PATIENCE_S)

    def check_key(self, key, *arguments):
        """Exit status, and the verdict with its sentence."""
        check = self.run_tta("keys", *(arguments or ("check", "--server=house")), key=key)
        return check.returncode, check.stdout[check.stdout.find("verdict"):] + check.stderr

    def assert_refused(self, gateway, why):
        for stream in (False, True):
            status, headers, body = gateway.ask("story", stream=stream)
            self.assertEqual(status, 502)
            self.assertEqual(json.loads(body)["error"]["code"], "upstream_unreachable")
            self.assertIn("house/any connect ", headers["x-tta-attempts"])
        gateway.wait_for(why)
        self.assertEqual(sum("is not trusted" in line for line in gateway.said if line), 1)
        self.assertEqual(self.provider.heads, [])

    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        self.assert_refused(self.start(), r"https://127\.0\.0\.1:\d+/v1/chat/completions is not trusted and gets nothing: "
                                          r".*certificate.*; a server of your own is trusted by its 'ca_file: FILE'\n")
        refresh = self.run_tta("models", "refresh")
        self.assertIn("one of your own is trusted by 'ca_file'", refresh.stdout + refresh.stderr)
        self.assertNotEqual(refresh.returncode, 0)

    def test_one_of_ca_file_is_asked(self):
        gateway = self.start(ca_file="house.pem")
        status, _, body = gateway.ask("story")
        self.assertEqual((status, json.loads(body)["choices"][0]["message"]["content"]), (200, "hello"))
        status, _, body = gateway.ask("stream", stream=True)
        self.assertEqual(status, 200)
        self.assertTrue(body.endswith("data: [DONE]\n\n"))
        self.assertEqual(self.provider.heads[0]["Authorization"], f"Bearer {KEY}")
        refresh = self.run_tta("models", "refresh")  # which is trusted, and has no list
        self.assertNotIn("ca_file", refresh.stdout + refresh.stderr)
        self.assertIn("501", refresh.stdout + refresh.stderr)

    def test_a_key_of_a_server_of_ca_file_is_checked(self):
        self.provider.key = KEY
        self.write_config(ca_file="house.pem")
        accepted = (0, "verdict  valid: The provider accepts the key. (HTTP 200)\n")
        self.assertEqual(self.check_key(KEY), accepted)
        self.assertEqual(self.check_key(KEY[:-1]),
                         (1, "verdict  invalid: The provider does not know the key. (HTTP 401)\n"))
        vault = "--vault=keys.vault", "--key-file=vault.key", "--name=house"
        (self.folder / "vault.key").touch(0o600)
        (self.folder / "vault.key").write_bytes(os.urandom(32))
        url = f"https://127.0.0.1:{self.provider.port}/v1"
        self.assertEqual(self.check_key(KEY, "add", "--provider=custom_api", f"--base-url={url}", *vault)[0], 0)
        self.assertEqual(self.check_key("", "validate", "--server=house", *vault), accepted)
        untrusted = self.check_key("", "validate", *vault)  # which knows of no configuration
        self.assertEqual(untrusted[0], 4)
        self.assertIn("the key was not sent. A server of your own is trusted by its ca_file", untrusted[1])

    def test_a_key_is_not_shown_to_a_server_that_is_not_trusted(self):
        self.make_certificate("other")
        self.provider.key = KEY
        for config in ({}, {"ca_file": "other.pem"}, {"ca_file": "house.pem", "host": "localhost"}):
            self.write_config(**config)
            status, verdict = self.check_key(KEY)
            self.assertEqual(status, 4)
            self.assertIn("unknown: No trusted connection to the provider; the key was not sent.", verdict)
        self.assertEqual(self.provider.asked, 0)

    def test_a_certificate_of_another_host_is_refused(self):
        self.assert_refused(self.start(ca_file="house.pem", host="localhost"),
                            r"https://localhost:\d+/\S+ is not trusted and gets nothing: [^;]*localhost[^;]*\n")

    def test_a_certificate_of_another_authority_is_refused(self):
        self.make_certificate("other")
        self.assert_refused(self.start(ca_file="other.pem"), r"is not trusted and gets nothing: .*certificate")

    def test_a_file_that_vouches_for_nobody_is_refused_before(self):
        (self.folder / "empty.pem").write_text("no certificate\n")
        for config, why in (({"ca_file": "nowhere.pem"}, "ca_file: cannot read 'nowhere.pem'"),
                            ({"ca_file": "empty.pem"}, "has a ca_file without a certificate"),
                            ({"ca_file": "house.pem", "scheme": "http"}, "has a ca_file, and a base_url without https")):
            self.write_config(**config)
            check = self.run_tta("serve", "--check")
            self.assertIn(why, check.stderr)
            self.assertEqual(check.returncode, 2)


if __name__ == "__main__":
    TTA = os.path.abspath(sys.argv.pop(1))
    unittest.main()
