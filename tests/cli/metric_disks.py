#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keeps metrics on a disk that fills up, and on one that is read-only: real ones, of a few pages of memory.

metric_disks.py TTA MAKE_METRICS

Exit 77, which counts as skipped, where this user may not mount any.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

INSIDE = "TTA_TEST_OF_DISKS"
SENTENCES = "the disk is full", "it cannot be opened", "it cannot be read or written"


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def mount(folder, options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)


def expect(what, result, status, sentence):
    if result.returncode != status or sentence not in result.stderr:
        sys.exit(f"{what}: status {result.returncode}, wanted {status} and '{sentence}'\n{result.stdout}{result.stderr}")
    print(f"{what}: {sentence or 'all is well'}")


def requests(tta, store):
    result = run(tta, "metrics", "--json", store)
    expect("what is there", result, 0, "")
    return sum(series["windows"]["all"]["requests"] for series in json.loads(result.stdout)["series"])


def inside(tta, make_metrics, name):
    disk = pathlib.Path(name)
    mount(disk, "size=1m")
    os.chdir(disk)
    expect("a disk with room", run(make_metrics, "metrics.db"), 0, "")
    whole = requests(tta, "metrics.db")
    full = 0
    for left in 64, 32, 16, 8, 4, 0:  # kilobytes, for a second run that adds to it
        with open("ballast", "wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, os.statvfs(".").f_bavail * os.statvfs(".").f_bsize - left * 1024)
        result = run(make_metrics, "metrics.db")
        if result.returncode != 0 and not any(words in result.stderr for words in SENTENCES):
            sys.exit(f"a disk with {left} KB left: {result.stderr}")
        print(f"a disk with {left} KB left: {result.stderr.strip() or 'it was enough'}")
        full += result.returncode != 0
        os.remove("ballast")
        now = requests(tta, "metrics.db")
        if now < whole:
            sys.exit(f"{whole} requests were there, {now} are")
        whole = now
    if full < 2:
        sys.exit("the disk was never full")
    expect("with room again", run(make_metrics, "metrics.db"), 0, "")
    before = pathlib.Path("metrics.db").read_bytes()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    expect("a read-only disk, written to", run(make_metrics, "metrics.db"), 1, "the file or its folder is read-only")
    expect("a read-only disk, looked at", run(tta, "metrics", "--window=all", "metrics.db"), 0, "")
    if pathlib.Path("metrics.db").read_bytes() != before or os.listdir(".") != ["metrics.db"]:
        sys.exit("a read-only disk: something changed")


def main():
    tta, make_metrics = sys.argv[1:3]
    if os.environ.get(INSIDE):
        inside(tta, make_metrics, sys.argv[3])
        return 0
    with tempfile.TemporaryDirectory() as folder:
        probe = run("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", folder)
        if probe.returncode != 0:
            print(f"skipped: {probe.stderr.strip()}")
            return 77
        result = subprocess.run(["unshare", "--mount", sys.executable, "-B", __file__, tta, make_metrics, folder],
                                env={**os.environ, INSIDE: "1"}, timeout=100)
    return result.returncode


sys.exit(main())
