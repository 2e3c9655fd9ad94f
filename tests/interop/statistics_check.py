#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares assay's statistics with those of the installed pytest-benchmark, to the last digit.

Before 5.3.1 its hd15iqr was the lowest datum above the upper fence instead of the highest within: there, what is
within is taken from the samples.

usage: statistics_check.py DESCRIBE_SAMPLES [SETS [SEED]]

Exit status 77, which CTest shows as skipped, if pytest-benchmark is not installed.
The median absolute deviation, which pytest-benchmark does not have, is compared
with Python's statistics.median.
"""
import itertools
import random
import statistics
import subprocess
import sys

import peer
from pytest_benchmark.stats import Stats

HAS_RIGHT_HD15IQR = peer.VERSION >= (5, 3, 1)
FIELDS = ("min max mean stddev rounds median iqr q1 q3 iqr_outliers stddev_outliers ld15iqr hd15iqr ops total").split()


def sizes(count, rng):
    usual = list(range(1, 51)) + [1000, 1001, 1002, 1003]
    for index in range(count):
        if index < len(usual):
            yield usual[index]
        else:
            yield rng.choice([rng.randint(1, 50), 4 * rng.randint(1, 60) + 1, 4 * rng.randint(1, 60) + 3,
                              rng.randint(100, 600)])


def neighbours(rng, n):
    """Doubles that differ in their last digits only."""
    least = rng.uniform(1e-9, 1)
    return [least * (1 + rng.randint(0, 3) * 2.0 ** -52) for _ in range(n)]


SHAPES = {
    "even": lambda rng, n: [rng.uniform(1e-6, 2e-6) for _ in range(n)],
    "heavy tail": lambda rng, n: [1e-6 * rng.paretovariate(0.8) for _ in range(n)],
    "pre-empted": lambda rng, n: [rng.gauss(4e-5, 1e-7) if rng.random() < 0.98 else 0.02 for _ in range(n)],
    "equal": lambda rng, n: [rng.uniform(1e-9, 1)] * n,
    "nearly equal": neighbours,
    "clock steps": lambda rng, n: [rng.randint(20, 60) * 40e-9 / 7 for _ in range(n)],
    "tiny": lambda rng, n: [rng.uniform(0.2, 4) * 1e-9 for _ in range(n)],
    "huge ratio": lambda rng, n: [10.0 ** rng.uniform(-9, 9) for _ in range(n)],
    "whole": lambda rng, n: [float(rng.randint(1, 9)) for _ in range(n)],
    "extreme": lambda rng, n: [10.0 ** rng.uniform(-150, -140) for _ in range(n)],
    "offset": lambda rng, n: [1e6 + rng.random() * 1e-6 for _ in range(n)],
    "zeros": lambda rng, n: [rng.choice([0.0, 0.0, rng.random()]) for _ in range(n)],
}


def few(rng):
    """Up to nine samples: every shape, and every choice of values that puts data on and beyond the fences."""
    for shape, n in itertools.product(SHAPES, range(1, 10)):
        yield shape, SHAPES[shape](rng, n)
    for n in range(1, 10):
        for samples in itertools.combinations_with_replacement([1.0, 2.0, 3.0, 9.0], n):
            yield "few", list(samples)


def sample_sets(count, seed):
    rng = random.Random(seed)
    yield from few(rng)
    shapes = list(SHAPES)
    for index, n in enumerate(sizes(count, rng)):
        # The stride walks through all shapes at each size as the seed varies.
        shape = shapes[(index * 5 + seed) % len(shapes)]
        yield shape, SHAPES[shape](rng, n)


def expected(samples):
    stats = Stats()
    stats.data = samples
    values = {field: float(getattr(stats, field)) for field in FIELDS}
    if not HAS_RIGHT_HD15IQR:
        fence = stats.q3 + 1.5 * stats.iqr
        values["hd15iqr"] = max([x for x in samples if x <= fence] or samples)
    median = statistics.median(samples)
    values["mad"] = statistics.median([abs(x - median) for x in samples])
    return values


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 360
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    sets = list(sample_sets(count, seed))
    text = "".join(" ".join(map(repr, samples)) + "\n" for _, samples in sets)
    output = subprocess.run([program], input=text, stdout=subprocess.PIPE, universal_newlines=True, check=True).stdout
    lines = output.splitlines()
    if len(lines) != len(sets):
        sys.exit("wanted %d lines, got %d" % (len(sets), len(lines)))
    wrong = 0
    for (shape, samples), line in zip(sets, lines):
        got = {name: float(value) for name, value in (pair.split("=") for pair in line.split())}
        for name, value in expected(samples).items():
            if got[name] != value:
                wrong += 1
                print("%s, n=%d: %s is %r, pytest-benchmark says %r" % (shape, len(samples), name, got[name], value))
    print("pytest-benchmark %s: %d sets, %d numbers differ" % (peer.__version__, len(sets), wrong))
    sys.exit(1 if wrong else 0)


main()
