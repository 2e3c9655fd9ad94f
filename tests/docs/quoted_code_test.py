#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of quoted_code.py: what it lets pass and what it finds."""
import contextlib
import io
import pathlib
import tempfile
import unittest

import quoted_code

CODE = "int a;\n\n    int b;\n"
GOOD = "# Title\n\n<!-- file: x/a.c -->\n```c\n" + CODE + "```\n\nend\n"


class QuotedCode(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        (self.root / "docs").mkdir()
        (self.root / "x").mkdir()
        (self.root / "x/a.c").write_text(CODE)

    def run_on(self, text, *flags):
        self.document = self.root / "docs/a.md"
        self.document.write_text(text)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = quoted_code.main([*flags, str(self.root)])
        return status, out.getvalue() + err.getvalue()

    def test_equal_blocks_pass(self):
        indented = "- item\n\n  <!-- file: x/a.c -->\n  ```\n  int a;\n\n      int b;\n  ```\n"
        tildes = GOOD.replace("```", "~~~~")
        plain = "```c\nnot quoted\n```\n"
        inside = "````\n<!-- file: no/such -->\n```c\n```\n````\n"
        for text, count in (GOOD, 1), (indented, 1), (tildes, 1), (plain, 0), (inside, 0), (GOOD + plain + GOOD, 2):
            with self.subTest(text=text):
                self.assertEqual(self.run_on(text), (0, f"{count} quotes in 1 documents are what the files hold\n"))

    def test_faults_are_found_with_their_line(self):
        (self.root / "x/fence").write_text("```\n")
        (self.root / "x/endless").write_text("a")
        (self.root / "outside.c").write_text(CODE)
        for text, line, part in (
            (GOOD.replace("int b", "int c"), 4, "differs from 'x/a.c'"),
            (GOOD.replace("    int b;\n", ""), 4, "-    int b;"),
            (GOOD.replace("int a;\n", "int a; \n"), 4, "+int a; "),
            ("<!-- file: x/a.c -->\n```c\n```\n", 2, "differs"),
            ("<!-- file: x/a.c -->\n\n```c\n" + CODE + "```\n", 1, "no fenced block"),
            ("text\n<!-- file: x/a.c -->", 2, "no fenced block"),
            ("<!-- file: x/a.c -->\n```c\nint a;\n", 2, "no end"),
            ("<!-- file: x/none.c -->\n```c\n```\n", 1, "no file 'x/none.c'"),
            ("<!-- file: ../" + self.root.name + "2/a -->\n```c\n```\n", 1, "no file"),
            ("<!-- file: x/fence -->\n```\n```\n", 1, "longer one"),
            ("<!-- file: x/endless -->\n```\na\n```\n", 1, "newline"),
        ):
            with self.subTest(text=text):
                status, output = self.run_on(text)
                self.assertEqual(status, 1)
                self.assertIn(f"a.md:{line}: ", output)
                self.assertIn(part, output)

    def test_write_fills_blocks_and_nothing_else(self):
        stale = GOOD.replace(CODE, "old\n")
        self.assertEqual(self.run_on(stale + "```\nkept\n```\n" + stale, "--write")[0], 0)
        self.assertEqual(self.document.read_text(), GOOD + "```\nkept\n```\n" + GOOD)

    def test_the_readme_is_checked_too(self):
        (self.root / "README.md").write_text(GOOD.replace("int b", "int c"))
        status, output = self.run_on(GOOD)
        self.assertEqual(status, 1)
        self.assertIn("README.md:4: ", output)


if __name__ == "__main__":
    unittest.main()
