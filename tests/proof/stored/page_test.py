#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
import pathlib
import tempfile
import unittest

import page
import proof

HEADER = {"commit": "0123456789ab", "machine": "system Linux", "planted": {"multiply": 0.2, "sort": 0.1999}}


def benchmark(name, verdict, fails=False):
    return {"name": f"bench.c::{name}", "verdict": verdict, "fails": fails, "change": [0.19, 0.17, None], "mean": 0.25,
            "min": 0.19}


def outcomes(count, false=0, missed=0):
    """Comparisons of 50 unchanged and 2 slowed benchmarks, so many of all wrong."""
    made = []
    for number in range(count):
        unchanged = [benchmark(f"same_{i}", "slower" if number * 50 + i < false else "same") for i in range(50)]
        slowed = [benchmark(name, "slower", number * 2 + i >= missed) for i, name in enumerate(HEADER["planted"])]
        made.append({"begin": "2026-11-29T08:00:00+00:00", "end": "2026-11-29T08:01:00+00:00", "load": 1.5,
                     "unchanged": unchanged, "slowed": slowed})
    return made


class Page(unittest.TestCase):
    def test_it_holds_up_to_the_last_error_that_is_allowed(self):
        for made, wanted in ((outcomes(30, 15, 3), True), (outcomes(30, 16, 3), False), (outcomes(30, 15, 4), False),
                             (outcomes(29), False)):
            text, holds = page.write(HEADER, made)
            self.assertEqual(holds, wanted)
            self.assertEqual("MISSED" in text, not wanted)

    def test_each_error_is_listed(self):
        text, _ = page.write(HEADER, outcomes(30, 1, 1))
        self.assertIn("comparison 1, 08:00: unchanged same_0 is slower, +19.0% (+17.0% to unknown)", text)
        self.assertIn("comparison 1, 08:00: multiply with a fifth more work does not fail", text)
        self.assertNotIn("does not fail", page.write(HEADER, outcomes(30))[0])

    def test_bodies_have_their_counts(self):
        self.assertIn("| multiply | +20.00% | +19.0% | 30 | 29 | 30 | 0 |", page.write(HEADER, outcomes(30, 0, 1))[0])


class Outcomes(unittest.TestCase):
    def test_a_last_line_that_was_cut_is_none(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "outcomes.jsonl"
            for text, wanted in (('{"a": 1}\n{"b": 2}\n{"c', ({"a": 1}, [{"b": 2}])), ('{"a', (None, [])),
                                 ("", (None, []))):
                path.write_text(text)
                self.assertEqual(proof.read_outcomes(path), wanted)


if __name__ == "__main__":
    unittest.main()
