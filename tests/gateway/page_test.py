#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The gateway's page in a real browser: what it shows of real requests, and that it is fit to be read.

page_test.py TTA [FOLDER]

Pictures of the page go into FOLDER, if one is named.  Ends with 77, which is a test that was skipped, where there is no
Chromium.
"""
import os
import pathlib
import sys
import tempfile
import unittest

import browser
from served import Gateway, Provider

SKIPPED = 77
EVIL = "<img src=x onerror=window.wasRun=1>"
CONFIG = """servers:
  - provider: custom_api
    name: good
    base_url: http://127.0.0.1:{port}/v1
    key_variable: PAGE_KEY
  - provider: custom_api
    name: gone
    base_url: http://127.0.0.1:1/v1
store: lists.json
models:
  - id: any
    provider: custom_api
    origin: good
    prompt_price: 2
    completion_price: 4
serve:
  address: 127.0.0.1:0
  chains:
    - name: story
      targets: [gone/first, good/any]
    - name: "{evil}"
      targets: ["good/{evil}", good/broken, good/held]
"""
CELLS = """(id) => Object.fromEntries([...document.querySelectorAll("#" + id + " tr")].map(
    (row) => [row.cells[0].innerText.trim(), [...row.cells].slice(1).map((cell) => cell.innerText.trim())]))"""
# Of text on what is behind it, by WCAG 2: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
LEAST_CONTRAST = """(() => {
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => numbers(colour).slice(0, 3).map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (element) => {
        const colour = getComputedStyle(element).backgroundColor;
        return numbers(colour)[3] === 0 ? behind(element.parentElement) : colour;
    };
    const ratios = [...document.querySelectorAll("h1, h2, dt, dd *, th *, td *, #news, .soft, summary, li, button")]
        .filter((element) => element.innerText && element.checkVisibility()).map((element) => {
            const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05);
        });
    return ratios.length > 30 ? Math.min(...ratios) : 0;
})()"""
TTA = PICTURES = None


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        work = tempfile.TemporaryDirectory()
        cls.addClassCleanup(work.cleanup)
        cls.provider = Provider()
        cls.addClassCleanup(cls.provider.stop)
        (pathlib.Path(work.name) / "tta.yaml").write_text(CONFIG.format(port=cls.provider.port, evil=EVIL))
        cls.gateway = Gateway(TTA, work.name, PAGE_KEY="sk-test-0123456789abcdefghij")
        cls.addClassCleanup(cls.gateway.stop)
        for _ in range(5):
            cls.gateway.ask("story", stream=True)
            cls.gateway.ask("good/broken")
        cls.gateway.ask(EVIL)
        cls.gateway.ask("nobody/has-it")
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.stop)

    def setUp(self):
        self.browser.complaints.clear()
        self.browser.set_view(1280, "light")
        self.browser.call("Page.navigate", url=f"http://127.0.0.1:{self.gateway.port}/")
        self.browser.wait_until("typeof $ === 'function' && document.readyState === 'complete' && !$('figures').hidden")

    def tearDown(self):
        self.assertEqual([text for text in self.browser.complaints if "ERR_CONNECTION" not in text], [])

    def test_it_shows_what_was_asked(self):
        servers = self.browser.value(f"({CELLS})('servers')")
        self.assertEqual(servers["good"][1:], ["custom_api", "● well", "4"])
        self.assertRegex(servers["gone"][0], "^○ left alone (for .*|until the next request): not reached$")
        models = self.browser.value(f"({CELLS})('models')")
        self.assertEqual(models["good/any"][:4], ["● well", "0", "5", "0"])
        self.assertRegex(models["good/any"][4], r"^[\d.]+ (µs|ms|s)$")
        self.assertEqual(models["good/any"][7:], ["15, 10", "$0.0000700"])
        self.assertRegex(models["gone/first"][0], "^○ left alone .*: not reached$")  # as its server is
        self.assertRegex(models["good/broken"][0], "^○ left alone .*: a fault of its own$")
        self.assertRegex(models["good/broken"][3], r"^\d+\s+a fault of its own$")
        self.assertGreaterEqual(int(self.browser.value("$('answered').children[0].innerText")), 6)
        self.assertEqual(self.browser.value("$('news').innerText.startsWith('Not well: gone')"), True)

    def test_what_others_call_things_is_text(self):
        self.assertIn("good/" + EVIL, self.browser.value(f"({CELLS})('models')"))
        self.assertIn(EVIL + ": good/" + EVIL, self.browser.value("$('chains').textContent"))
        self.browser.value("$('names_part').open = true")
        self.browser.wait_until("$('names').children.length > 0")
        self.assertIn(EVIL, self.browser.value("$('names').textContent"))
        self.assertEqual(self.browser.value("document.images.length"), 0)
        self.assertEqual(self.browser.value("typeof window.wasRun"), "undefined")

    def test_it_is_refreshed_and_can_be_held(self):
        asked = f"Number(({CELLS})('models')['good/held'][2])"
        self.browser.value("window.row = $('models').rows[0]")
        self.gateway.ask("good/held")
        self.browser.wait_until(f"'good/held' in ({CELLS})('models')")
        self.gateway.ask("good/held")
        self.browser.wait_until(f"{asked} === 2")
        self.assertTrue(self.browser.value("window.row.isConnected"))  # it was changed, not replaced
        self.browser.value("$('pause').click()")
        self.assertEqual(self.browser.value("$('pause').getAttribute('aria-pressed')"), "true")
        self.gateway.ask("good/held")
        self.browser.value("run()")  # as each two seconds
        self.assertEqual(self.browser.value(asked), 2)

    def test_it_fits_a_phone_and_a_desk_by_day_and_by_night(self):
        for width in (375, 1280):
            for scheme in ("light", "dark"):
                with self.subTest(width=width, scheme=scheme):
                    self.browser.set_view(width, scheme)
                    self.assertLessEqual(self.browser.value("document.documentElement.scrollWidth"), width)
                    self.assertGreaterEqual(self.browser.value(LEAST_CONTRAST), 4.5)
                    if PICTURES:
                        self.browser.picture(f"{PICTURES}/page_{width}_{scheme}.png")

    def test_it_can_be_used_without_a_mouse(self):
        reached = []
        for _ in range(4):
            self.browser.press("Tab")
            reached.append(self.browser.value("document.activeElement.id || document.activeElement.parentElement.id"))
            self.assertEqual(self.browser.value("getComputedStyle(document.activeElement).outlineStyle"), "solid", reached)
        self.assertEqual(reached, ["window", "pause", "chains_part", "names_part"])

    def test_a_screen_reader_finds_tables_with_headings(self):
        for width in (375, 1280):
            self.browser.set_view(width, "light")
            nodes = self.browser.call("Accessibility.getFullAXTree")["nodes"]
            named = {(node["role"]["value"], node.get("name", {}).get("value")) for node in nodes if "role" in node}
            for wanted in (("heading", "Servers"), ("table", "Servers"), ("table", "Models that were asked"),
                           ("columnheader", "p95"), ("rowheader", "good/any"), ("button", "Pause")):
                self.assertIn(wanted, named)
            self.assertIn("status", {role for role, _ in named})

    def test_zz_it_says_that_the_gateway_is_gone(self):
        self.gateway.stop()
        self.browser.wait_until("$('news').innerText.startsWith('The gateway does not answer; what you see is of ')")
        self.assertTrue(self.browser.value("$('figures').classList.contains('stale')"))


if __name__ == "__main__":
    if not browser.find():
        print("skipped: there is no Chromium; Debian has it as the package chromium")
        sys.exit(SKIPPED)
    TTA = os.path.abspath(sys.argv.pop(1))
    PICTURES = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None
    if PICTURES:
        os.makedirs(PICTURES, exist_ok=True)
    unittest.main()
