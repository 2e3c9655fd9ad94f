#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures how long `assay compare` takes for two large files; exit 0 only if that holds.

proof.py ASSAY WRITE_LARGE [RUNS]

Files as assay saves them, and the same runs as pytest-benchmark writes them.  Beside it, in turn with it, what reading
the bytes costs (`cat`), and what Python's json makes of them.
"""
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

BENCHMARKS, SAMPLES = 10000, 100
LIMIT_S, LIMIT_MB = 1, 200
LOAD = """
import json, sys
for path in sys.argv[1:]:
    json.load(open(path))
"""
CONVERT = """
import json, sys
result = json.load(open(sys.argv[1]))
del result["assay"]
for bench in result["benchmarks"]:
    del bench["assay"]
json.dump(result, open(sys.argv[2], "w"), indent=4)
"""


def measure(command):
    """Seconds on the clock, seconds of a processor, and the peak of resident memory in MB."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    took = time.monotonic() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode in (0, 1), command  # 1: some of the random benchmarks are slower
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def as_pytest_benchmark(ours, theirs):
    """The same runs without what only assay writes, spelled as Python spells them.

    In a process of its own: what is measured would inherit the peak of memory of the one that starts it.
    """
    subprocess.run([sys.executable, "-c", CONVERT, ours, theirs], check=True)


def main():
    assay, write_large = sys.argv[1:3]
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        ours, theirs = ([folder / f"{kind}{seed}.json" for seed in (1, 2)] for kind in ("ours", "theirs"))
        for seed, (path, twin) in enumerate(zip(ours, theirs)):
            with path.open("wb") as file:
                subprocess.run([write_large, str(BENCHMARKS), str(SAMPLES), str(seed)], stdout=file, check=True)
            as_pytest_benchmark(path, twin)
        for kind, files in (("assay's", ours), ("pytest-benchmark's", theirs)):
            took = {"compare": [], "cat": [], "json": []}
            for _ in range(runs):
                took["compare"].append(measure([assay, "compare", *files]))
                took["cat"].append(measure(["cat", *files]))
                took["json"].append(measure([sys.executable, "-c", LOAD, *files]))
            least = {name: min(seconds for seconds, _, _ in values) for name, values in took.items()}
            worked = min(seconds for _, seconds, _ in took["compare"])
            peak = max(megabytes for _, _, megabytes in took["compare"])
            size = sum(path.stat().st_size for path in files) / 1e6
            rows.append((f"two files of {kind}, {size:.0f} MB",
                         f"{least['compare']:.2f} s, of a processor {worked:.2f} s, {peak:.0f} MB",
                         f"cat {least['cat']:.2f} s, json.load {least['json']:.2f} s", f"{LIMIT_S} s, {LIMIT_MB} MB",
                         least["compare"] < LIMIT_S and peak < LIMIT_MB))
    print(f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, "
          f"{BENCHMARKS} benchmarks with {SAMPLES} samples each, least of {runs} runs\n")
    print("| `assay compare` of | takes | beside it | demanded | |")
    print("|---|---|---|---|---|")
    for claim, measured, beside, demanded, holds in rows:
        print(f"| {claim} | {measured} | {beside} | {demanded} | {'holds' if holds else '**falls short**'} |")
    return 0 if all(row[-1] for row in rows) else 1


sys.exit(main())
