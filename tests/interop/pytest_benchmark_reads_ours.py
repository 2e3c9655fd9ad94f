#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Gives files that assay writes to the real pytest-benchmark and checks what it makes of them.

usage: pytest_benchmark_reads_ours.py WRITE_RESULTS

Exit status 77, which CTest shows as skipped, if pytest-benchmark is not installed.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile
import unittest

try:
    import pytest_benchmark
except ImportError:
    print("skipped: python3-pytest-benchmark is not installed")
    sys.exit(77)

WRITE_RESULTS = os.path.abspath(sys.argv.pop(1))
NUMBERS = "min max mean stddev median iqr ops rounds iterations".split()
TINY_TEST = """
def test_sum(benchmark):
    benchmark(sum, [1, 2])
"""


def run(folder, *command):
    """Runs it in `folder`; the machine's configuration and terminal have no say."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "PY_COLORS"))}
    done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, universal_newlines=True)
    if done.returncode != 0:
        raise AssertionError("%s ends with status %d:\n%s" % (" ".join(command), done.returncode, done.stdout))
    return done.stdout


def compare(folder, *args):
    return run(folder, sys.executable, "-m", "pytest_benchmark", *args)


def load(path):
    with open(path, encoding="utf8") as file:
        return json.load(file)


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
        run(self.folder, WRITE_RESULTS, self.folder)

    def test_files_are_compared_with_the_numbers_that_they_hold(self):
        output = compare(self.folder, "compare", "base.json", "head.json", "--columns=min,rounds", "--sort=name")
        rows = table_rows(output)
        self.assertEqual(len(rows), 4, output)
        for source in ("base", "head"):
            for bench in load(os.path.join(self.folder, source + ".json"))["benchmarks"]:
                # the unit of each group is chosen from its least time: ns for parse_small, us for parse_large
                scale = {"parse_small": 1e9, "parse_large": 1e6}[bench["name"]]
                row = rows["%s (%s)" % (bench["name"], source)]
                self.assertEqual(row[0], "{:,.4f}".format(bench["stats"]["min"] * scale), output)
                self.assertEqual(row[-1], str(bench["stats"]["rounds"]), output)
        self.assertIn("(1.50)", output)

    def test_every_number_arrives_with_all_its_digits(self):
        compare(self.folder, "compare", "base.json", "head.json", "--columns=" + ",".join(NUMBERS), "--csv=out.csv")
        with open(os.path.join(self.folder, "out.csv"), newline="") as file:
            got = sorted([float(row[number]) for number in NUMBERS] for row in csv.DictReader(file))
        wanted = sorted([bench["stats"][number] for number in NUMBERS]
                        for source in ("base", "head")
                        for bench in load(os.path.join(self.folder, source + ".json"))["benchmarks"])
        self.assertEqual(got, wanted)

    def test_saved_runs_are_found_by_number(self):
        output = compare(self.folder, "--storage=storage", "compare", "0001", "0002", "--columns=min,max,mean,outliers")
        for name in ("parse_small", "parse_large"):
            for saved in ("0001_base", "0002_head"):
                self.assertTrue(any(row.startswith(name) and saved in row for row in table_rows(output)), output)
        listed = compare(self.folder, "--storage=storage", "list")
        self.assertEqual([os.path.basename(line) for line in listed.split()], ["0001_base.json", "0002_head.json"])

    def test_groups_are_kept(self):
        output = compare(self.folder, "compare", "base.json", "head.json")
        self.assertIn("benchmark 'parse': 2 tests", output)
        self.assertIn("benchmark: 2 tests", output)

    def test_pytest_compares_a_session_with_our_file(self):
        test = os.path.join(self.folder, "test_tiny.py")
        with open(test, "w") as file:
            file.write(TINY_TEST)
        # Give the C benchmark the name of the Python one, so that there is something to join.
        ours = load(os.path.join(self.folder, "base.json"))
        ours["benchmarks"][0]["fullname"] = "test_tiny.py::test_sum"
        with open(os.path.join(self.folder, "ours.json"), "w") as file:
            json.dump(ours, file)
        for baseline in ("base.json", "ours.json"):
            output = run(self.folder, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_tiny.py",
                         "--benchmark-max-time=0.01", "--benchmark-compare=" + baseline)
            self.assertIn("Comparing against benchmarks from: " + baseline, output)
            self.assertIn("1 passed", output)
        rows = [line.split() for line in output.splitlines() if line.startswith("test_sum (ours)")]
        self.assertEqual([row[2] for row in rows], ["250.0000"], output)  # ns


print("pytest-benchmark " + pytest_benchmark.__version__)
unittest.main()
