#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
import pathlib
import subprocess
import sys
import tempfile
import unittest

import written_page

FIGURES = "# What it costs\n\n| a | 1 |\n"
END = "## What this run does not say\n\n- Others worked beside it.\n\n## And more\n\nä\n"


class WrittenPage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.page = pathlib.Path(folder.name) / "page.md"

    def written_over(self, before, text=FIGURES):
        self.page.write_text(before, encoding="utf-8")
        written_page.write(self.page, text)
        self.assertEqual(list(self.page.parent.iterdir()), [self.page])
        return self.page.read_text(encoding="utf-8")

    def test_figures_are_new_and_the_end_is_kept(self):
        self.assertEqual(self.written_over("# What it cost\n\n| a | 2 |\n\n" + END), FIGURES + "\n" + END)

    def test_writing_twice_changes_nothing(self):
        self.assertEqual(self.written_over(FIGURES + "\n" + END), FIGURES + "\n" + END)

    def test_a_page_without_such_an_end_is_the_text(self):
        for before in "", "# Old\n", "says: ## What this run does not say\n", "## What this run does not say, or does\n":
            self.assertEqual(self.written_over(before), FIGURES)
        self.page.unlink()
        written_page.write(self.page, FIGURES)
        self.assertEqual(self.page.read_text(), FIGURES)

    def test_as_a_program_it_takes_the_text_from_standard_input(self):
        self.page.write_text("old\n" + END, encoding="utf-8")
        subprocess.run([sys.executable, "-B", written_page.__file__, self.page], input=FIGURES.encode(), check=True)
        self.assertEqual(self.page.read_text(encoding="utf-8"), FIGURES + "\n" + END)

    def test_pages_of_this_project_keep_theirs(self):
        docs = pathlib.Path(__file__).resolve().parents[2] / "docs"
        for name in "failure", "gate", "proof-gateway":
            page = (docs / f"{name}.md").read_text(encoding="utf-8")
            end = written_page.end_of(page)
            self.assertGreater(len(end.splitlines()), 2, name)
            self.assertEqual(self.written_over(page, page[:-len(end)]), page)


if __name__ == "__main__":
    unittest.main()
