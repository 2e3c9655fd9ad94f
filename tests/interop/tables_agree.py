#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Gives files to the real pytest-benchmark and to `assay compare`, and checks that both make the same tables of them:
every number, factor and unit, the order of rows and groups, and the values in the CSV.

usage: tables_agree.py ASSAY

Exit status 77, which CTest shows as skipped, if pytest-benchmark is not installed.
"""
import csv
import json
import os
import random
import sys
import tempfile
import unittest

import peer

ASSAY = os.path.abspath(sys.argv.pop(1))
COLUMNS = "min,max,mean,stddev,median,iqr,outliers,ops,rounds,iterations"


def benchmark(generator, group, name):
    scale = 10 ** generator.uniform(-9, 1)
    low, q1, median, q3, high = sorted(scale * generator.uniform(1, 1.5) for _ in range(5))
    mean = generator.uniform(low, high)
    return {
        "group": group, "name": name, "fullname": "bench.py::" + name, "params": None, "param": None, "extra_info": {},
        "options": {"disable_gc": False, "timer": "perf_counter", "min_rounds": 5, "max_time": 1.0, "min_time": 5e-06,
                    "warmup": False},
        "stats": {"min": low, "max": high, "mean": mean, "stddev": scale * generator.uniform(0, 0.3), "rounds": 50,
                  "median": median, "iqr": q3 - q1, "q1": q1, "q3": q3, "iqr_outliers": 3, "stddev_outliers": 7,
                  "outliers": "7;3", "ld15iqr": low, "hd15iqr": high, "ops": 1 / mean, "total": mean * 50,
                  "iterations": generator.choice([1, 20, 3000])}}


def write(folder, name, seed):
    generator = random.Random(seed)
    runs = [benchmark(generator, group, "test_%s_%d" % (group or "plain", number))
            for group in (None, "parse", "sort") for number in range(8)]
    # A group of one scale, another that spans many.
    for run in runs[8:16]:
        run["stats"].update(benchmark(random.Random(seed), None, "")["stats"])
    with open(os.path.join(folder, name), "w", encoding="utf8") as file:
        json.dump({"machine_info": {"node": "n"}, "commit_info": {}, "benchmarks": runs,
                   "datetime": "2026-11-23T07:05:39.233374", "version": "3.2.2"}, file)


class TablesAgree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        write(self.folder.name, "old.json", 1)
        write(self.folder.name, "new.json", 2)

    def assay(self, *args):
        return peer.run(self.folder.name, ASSAY, *args, statuses=(0, 1))  # 1: slower, which only one of the two looks at

    def both(self, *args):
        theirs = peer.program(self.folder.name, "compare", "old.json", "new.json", *args)
        ours = self.assay("compare", "--wide", "--table=runs", "old.json", "new.json", *args)
        return theirs, ours

    def test_every_cell_and_the_order_of_rows(self):
        for args in ([], ["--sort=mean"], ["--sort=stddev", "--columns=min,stddev,ops,outliers"],
                     ["--group-by=func", "--sort=max"]):
            theirs, ours = (peer.tables(text) for text in self.both(*args))
            self.assertGreater(len(theirs), 2, args)
            self.assertEqual(sum(len(rows) for _, rows in theirs), 48)
            self.assertEqual(theirs, ours, args)

    def test_every_value_of_the_csv(self):
        self.assay("compare", "-q", "old.json", "new.json", "--csv=ours.csv", "--columns=" + COLUMNS)
        peer.program(self.folder.name, "compare", "old.json", "new.json", "--csv=theirs.csv", "--columns=" + COLUMNS)
        theirs, ours = (self.read(name) for name in ("theirs.csv", "ours.csv"))
        self.assertEqual(len(theirs), 48)
        self.assertEqual({row.pop("source") for row in ours}, {"old.json", "new.json"})
        self.assertEqual(theirs, ours)

    def read(self, name):
        with open(os.path.join(self.folder.name, name), encoding="utf8", newline="") as file:
            return [{key: value if key in ("name", "source", "outliers") else float(value) for key, value in row.items()}
                    for row in csv.DictReader(file)]


if __name__ == "__main__":
    unittest.main(verbosity=2)
