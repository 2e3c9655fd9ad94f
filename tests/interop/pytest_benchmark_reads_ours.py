#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Gives files that assay writes to the real pytest-benchmark and checks what it makes of them.

usage: pytest_benchmark_reads_ours.py WRITE_RESULTS

Exit status 77, which CTest shows as skipped, if pytest-benchmark is not installed.
"""
import csv
import os
import sys
import tempfile
import unittest

import peer

WRITE_RESULTS = os.path.abspath(sys.argv.pop(1))
NUMBERS = "min max mean stddev median iqr ops rounds iterations".split()


def table_rows(output):
    """The first column's text of every row, e.g. 'parse_small (base)', to the numbers behind it."""
    rows = {}
    for line in output.splitlines():
        name, bracket, numbers = line.partition(")")
        if bracket and name.startswith("parse_"):
            rows[name + bracket] = numbers.split()
    return rows


class PytestBenchmarkReadsOurs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        peer.run(self.folder, WRITE_RESULTS, self.folder)

    def test_files_are_compared_with_the_numbers_that_they_hold(self):
        output = peer.program(self.folder, "compare", "base.json", "head.json", "--columns=min,rounds", "--sort=name")
        rows = table_rows(output)
        self.assertEqual(len(rows), 4, output)
        for source in ("base", "head"):
            for bench in peer.load(self.folder, source + ".json")["benchmarks"]:
                # the unit of each group is chosen from its least time: ns for parse_small, us for parse_large
                scale = {"parse_small": 1e9, "parse_large": 1e6}[bench["name"]]
                row = rows["%s (%s)" % (bench["name"], source)]
                self.assertEqual(row[0], "{:,.4f}".format(bench["stats"]["min"] * scale), output)
                self.assertEqual(row[-1], str(bench["stats"]["rounds"]), output)
        self.assertIn("(1.50)", output)

    def test_every_number_arrives_with_all_its_digits(self):
        peer.program(self.folder, "compare", "base.json", "head.json", "--columns=" + ",".join(NUMBERS), "--csv=out.csv")
        with open(os.path.join(self.folder, "out.csv"), newline="") as file:
            got = sorted([float(row[number]) for number in NUMBERS] for row in csv.DictReader(file))
        wanted = sorted([bench["stats"][number] for number in NUMBERS]
                        for source in ("base", "head")
                        for bench in peer.load(self.folder, source + ".json")["benchmarks"])
        self.assertEqual(got, wanted)

    def test_saved_runs_are_found_by_number(self):
        output = peer.program(self.folder, "--storage=storage", "compare", "0001", "0002", "--columns=min,max,mean,outliers")
        for name in ("parse_small", "parse_large"):
            for saved in ("0001_base", "0002_head"):
                self.assertTrue(any(row.startswith(name) and saved in row for row in table_rows(output)), output)
        listed = peer.program(self.folder, "--storage=storage", "list")
        self.assertEqual([os.path.basename(line) for line in listed.split()], ["0001_base.json", "0002_head.json"])

    def test_groups_are_kept(self):
        output = peer.program(self.folder, "compare", "base.json", "head.json")
        self.assertIn("benchmark 'parse': 2 tests", output)
        self.assertIn("benchmark: 2 tests", output)


print("pytest-benchmark " + peer.__version__)
unittest.main()
