#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs that were measured: `assay run` writes files that the real pytest-benchmark reads and gates by, and a session
of pytest writes files that assay reads.

usage: both_ways.py ASSAY PROGRAM

PROGRAM is that of tests/cli/programs/bench_good.c.  The tests of Python have clocks of their own, whose times are
known, so that no result depends on the machine.  Exit status 77, which CTest shows as skipped, if pytest-benchmark is
not installed.
"""
import csv
import os
import re
import shutil
import sys
import tempfile
import unittest

import peer

PROGRAM = os.path.abspath(sys.argv.pop(2))
ASSAY = os.path.abspath(sys.argv.pop(1))
REGRESSED = 1 if peer.VERSION >= (3, 4) else 4
COLUMNS = "min max mean stddev median iqr outliers ops rounds iterations".split()
OURS_ALONE = ["q1", "q3", "total"]
TESTS = """
import itertools, os, pytest

SCALE = float(os.environ.get("SCALE", "1"))

def clock(steps):
    now, steps = [0.0], itertools.cycle(steps)
    def read():
        now[0] += SCALE * next(steps)
        return now[0]
    return read

@pytest.mark.benchmark(timer=clock([1e-6, 3e-6, 2e-6, 2.5e-6, 9e-5]), group="odd ones")
def test_outliers(benchmark):
    benchmark.pedantic(int, rounds=19, iterations=3)

@pytest.mark.benchmark(timer=clock([1e-3]))
def test_once(benchmark):
    benchmark.pedantic(int)

@pytest.mark.benchmark(timer=clock([3e-4, 1e-4, 2e-4]))
@pytest.mark.parametrize("size,kind", [(1, "a"), (64, "b")])
def test_parameters(benchmark, size, kind):
    benchmark.extra_info["what"] = {"nested": [1, None]}
    benchmark.pedantic(int, rounds=size + 5)

# By the name of a benchmark in C, which takes 5 ms at least.
@pytest.mark.benchmark(timer=clock([1e-3, 1.1e-3]))
def test_pause(benchmark):
    benchmark.fullname = "bench_good.c::pause_5_ms"
    benchmark.pedantic(int, rounds=7)
"""
MEASURED_TEST = """
def test_measured(benchmark):
    benchmark(sum, [1, 2])
"""


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf8") as file:
        file.write(text)


def as_numbers(row):
    return {key: value if key in ("name", "source", "outliers") or key.startswith("param:") else float(value)
            for key, value in row.items()}


class BothWays(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.maxDiff = None
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = holder.name
        for name, more in ("base", []), ("head", ["--save-data", "--json=ours.json"]):
            cls.assay("run", PROGRAM, "--max-time=0.01", "--launches=2", "--storage=ours", "--save=" + name, *more)
        cls.machine = os.listdir(os.path.join(cls.folder, "ours"))[0]
        write(cls.folder, "test_clocks.py", TESTS)
        write(cls.folder, "test_measured.py", MEASURED_TEST)
        # One session: it saves statistics alone, and the other file has every round.
        peer.pytest(cls.folder, "--benchmark-storage=theirs", "--benchmark-max-time=0.005", "--benchmark-save=without",
                    "--benchmark-json=theirs.json", "--benchmark-cprofile=tottime")
        machine = os.listdir(os.path.join(cls.folder, "theirs"))[0]
        cls.theirs = [os.path.join("theirs", machine, name) for name in ("0001_without.json", "0002_with.json")]
        shutil.copy(os.path.join(cls.folder, "theirs.json"), os.path.join(cls.folder, cls.theirs[1]))

    @classmethod
    def assay(cls, *args, statuses=(0,)):
        return peer.run(cls.folder, ASSAY, *args, statuses=statuses)

    def read_csv(self, name):
        with open(os.path.join(self.folder, name), encoding="utf8", newline="") as file:
            return [as_numbers(row) for row in csv.DictReader(file)]

    def assert_same_tables(self, count, files, *args):
        theirs = peer.program(self.folder, "compare", *files, *args)
        # 1: slower, which only one of the two looks at
        ours = self.assay("compare", "--wide", "--table=runs", *files, *args, statuses=(0, 1))
        self.assertEqual(sum(len(rows) for _, rows in peer.tables(theirs)), count, theirs)
        self.assertEqual(peer.tables(theirs), peer.tables(ours))

    def test_every_option_of_theirs_is_known(self):
        """Whatever it does without a program or a file: it must not be an unknown word."""
        for command, text, pattern in ("run", peer.pytest(self.folder, "--help"), r"(?m)^ +--(benchmark-[a-z-]+)"), \
                ("compare", peer.program(self.folder, "compare", "--help"), r"(?m)^ +(?:-\w[^-]*)?--([a-z-]+)"):
            options = set(re.findall(pattern, text))
            self.assertGreater(len(options), 5)
            for option in sorted(options):
                output = self.assay(command, "--" + option, statuses=range(5))
                self.assertNotIn("there is no option", output)

    # What assay wrote

    def test_our_saved_runs_make_the_same_tables(self):
        files = [os.path.join("ours", self.machine, name) for name in ("0001_base.json", "0002_head.json")]
        for args in [], ["--sort=name", "--columns=median,iqr,ops", "--group-by=name"], ["--sort=stddev"]:
            self.assert_same_tables(6, files, *args)
        self.assert_same_tables(6, files, "--group-by=func", "--sort=mean", "--name=long")

    def test_our_saved_runs_are_found_and_hold_every_digit(self):
        for selectors in [], ["0001", "0002"], ["*/0001", self.machine + "/0002"]:
            peer.program(self.folder, "--storage=ours", "compare", "--csv=out.csv", "--columns=" + ",".join(COLUMNS),
                         *selectors)
            wanted = [[bench["stats"][column] for column in COLUMNS] for name in ("0001_base.json", "0002_head.json")
                      for bench in peer.load(self.folder, "ours", self.machine, name)["benchmarks"]]
            got = [[row[column] for column in COLUMNS] for row in self.read_csv("out.csv")]
            self.assertEqual(sorted(got), sorted(wanted), selectors)

    def gate(self, storage, selector, scale, status):
        os.environ["SCALE"] = scale
        try:
            return peer.pytest(self.folder, "test_clocks.py", "-k", "pause", "--benchmark-storage=" + storage,
                               "--benchmark-compare=" + selector, "--benchmark-compare-fail=min:5%",
                               "--benchmark-compare-fail=mean:5%", statuses=(status,))
        finally:
            del os.environ["SCALE"]

    def test_pytest_gates_a_session_by_our_run(self):
        output = self.gate("ours/" + self.machine, "0001", "1", 0)
        self.assertIn("Comparing against benchmarks from: 0001_base.json", output)
        self.assertEqual([name for name, _ in peer.tables(output)[0][1]], ["test_pause (NOW)", "test_pause (0001_base)"])

    def test_pytest_fails_a_session_that_is_slower_than_our_run(self):
        output = self.gate("ours", "*/0001", "1e6", REGRESSED)
        self.assertIn("Performance has regressed", output)
        self.assertIn("/0001_base) - Field 'mean' has failed PercentageRegressionCheck", output)

    # What pytest-benchmark wrote

    def test_their_saved_runs_are_listed_alike(self):
        theirs = peer.program(self.folder, "--storage=theirs", "list").split()
        self.assertEqual(self.assay("list", "--storage=theirs").split(), self.theirs)
        self.assertEqual([os.path.relpath(path, self.folder) for path in theirs], self.theirs)

    def test_their_saved_runs_make_the_same_tables(self):
        for args in [], ["--group-by=param", "--columns=max,stddev,outliers,rounds"], ["--group-by=func,param"], \
                ["--group-by=fullfunc", "--sort=mean", "--name=short"]:
            self.assert_same_tables(12, self.theirs, *args)

    @unittest.skipIf(peer.VERSION < (5, 3), "--between and -k are of 5.3")
    def test_changes_between_their_saved_runs_are_the_same(self):
        for args in ["--between=min,ops"], ["--between=mean,max,median", "--group-by=func", "--sort=mean"], \
                ["--between=max", "-k", "parameters and not 64"]:
            theirs = peer.program(self.folder, "compare", *self.theirs, *args)
            ours = self.assay("compare", "--wide", *self.theirs, *args, statuses=(0, 1))
            rows = [[line.split() for line in text.splitlines() if line.startswith("test_")] for text in (theirs, ours)]
            self.assertGreater(len(rows[0]), 0)
            self.assertEqual(*rows)

    @unittest.skipIf(peer.VERSION < (5, 3), "--between and -k are of 5.3")
    def test_expressions_choose_the_same(self):
        for expression, count in ("parameters", 4), ("pause or once", 4), ("not (measured or outliers)", 8):
            self.assert_same_tables(count, self.theirs, "-k", expression)
        self.assert_same_tables(4, self.theirs, "-k", "parameters", "--group-by=param:kind,param:size")

    def test_their_saved_runs_are_read_with_every_digit(self):
        files = self.theirs + ["theirs.json"]
        self.assay("compare", "-q", "--csv=ours.csv", "--columns=" + ",".join(COLUMNS + OURS_ALONE), *files,
                   statuses=(0, 1))
        got = {(row["source"], row["name"]): row for row in self.read_csv("ours.csv")}
        self.assertEqual(len(got), 18)
        for path in files:
            for bench in peer.load(self.folder, path)["benchmarks"]:
                row = got[path, bench["fullname"]]
                for column in COLUMNS + OURS_ALONE:
                    self.assertEqual(row[column], bench["stats"][column], (path, bench["name"], column))
                for name, value in (bench["params"] or {}).items():
                    self.assertEqual(row["param:" + name], str(value))

    def test_their_runs_are_compared_and_gate(self):
        os.environ["SCALE"] = "10"
        try:
            peer.pytest(self.folder, "test_clocks.py", "--benchmark-json=slower.json")
        finally:
            del os.environ["SCALE"]
        for older in self.theirs + ["theirs.json"]:
            same = self.assay("compare", older, older, "--compare-fail=mean:5%", "-k", "not measured")
            self.assertNotIn("slower", same.replace("slower, faster: beyond", "").replace("What is slower", ""))
            output = self.assay("compare", older, "slower.json", "-k", "test_clocks", "--compare-fail=mean:500%",
                                statuses=(1,))
            self.assertRegex(output, r"(?m)^test_outliers .* \+900\.0% ")
            self.assertIn("test_parameters[64-b]: mean", output)

    def test_a_run_is_compared_with_theirs(self):
        # Nothing says that they are of this kind of machine, as assay knows it.
        for selector in self.theirs[0], "theirs.json":
            output = self.assay("run", PROGRAM, "--max-time=0.01", "--filter=pause", "--compare=" + selector,
                                statuses=(2,))
            self.assertIn("--any-machine", output)
            output = self.assay("run", PROGRAM, "--max-time=0.01", "--filter=pause", "--compare=" + selector,
                                "--any-machine", "--compare-fail=mean:20%")
            self.assertIn("does not count for the exit status", output)
            self.assertRegex(output, r"(?m)^pause_5_ms +1\.100 ms +[5-9].* slower$")


print("pytest-benchmark " + peer.__version__)
unittest.main()
