#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Saves runs and baselines on a disk that is full, and on one that is read-only: real ones, of a few pages of memory.

disks.py ASSAY BENCH

Exit 77, which counts as skipped, where this user may not mount any.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

INSIDE = "ASSAY_TEST_OF_DISKS"
SMALL = "size=256k"


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def mount(folder, options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)


def snapshot(folder):
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def expect(what, result, status, sentence):
    if result.returncode != status or sentence not in result.stderr:
        sys.exit(f"{what}: status {result.returncode}, wanted {status} and '{sentence}'\n{result.stdout}{result.stderr}")
    print(f"{what}: {sentence}")


def expect_same(what, before, folder):
    after = snapshot(folder)
    if after != before:
        sys.exit(f"{what}: changed {sorted(set(after) ^ set(before)) or 'the contents of a file'}")


def fill(folder):
    """Leaves no room; a file that is removed makes none."""
    ballast = os.open(folder / "ballast", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(ballast, b"x" * 4096)
    except OSError:
        os.close(ballast)


def inside(assay, bench, name):
    again = [bench, "--filter=pause", "--max-time=0.02", "--quiet"]
    disk = pathlib.Path(name)
    mount(disk, SMALL)
    os.chdir(disk)
    expect("an empty disk", run(*again, "--save=first"), 0, "saved as")
    expect("its baselines", run(assay, "baseline", "save", "--file=b/baselines.json"), 0, "wrote")
    fill(disk)
    before = snapshot(disk)
    expect("a full disk, a run", run(*again, "--save=second"), 2, "No space left on device")
    expect("a full disk, JSON", run(*again, "--json=out.json"), 2, "No space left on device")
    expect("a full disk, a known JSON", run(*again, "--json=b/baselines.json"), 2, "is a file of baselines")
    expect("a full disk, baselines", run(assay, "baseline", "accept", "*", "--reason=x", "--run=first",
                                         "--file=b/new.json"), 2, "No space left on device")
    expect("a full disk, a baseline dropped", run(assay, "baseline", "drop", "*", "--reason=x",
                                                  "--file=b/baselines.json"), 2, "No space left on device")
    expect_same("a full disk", before, disk)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    expect("a read-only disk, a run", run(*again, "--save=second"), 2, "Read-only file system")
    expect("a read-only disk, JSON", run(*again, "--json=out.json"), 2, "Read-only file system")
    expect("a read-only disk, verdicts", run(*again, "--junit=out.xml"), 2, "Read-only file system")
    expect("a read-only disk, baselines", run(assay, "baseline", "drop", "*", "--reason=x",
                                              "--file=b/baselines.json"), 2, "Read-only file system")
    expect("a read-only disk, looked at", run(assay, "baseline", "show", "--file=b/baselines.json"), 0, "")
    expect_same("a read-only disk", before, disk)
    with open("b/baselines.json") as baselines:
        json.load(baselines)


def main():
    if os.environ.get(INSIDE):
        inside(*sys.argv[1:4])
        return 0
    probe = run("unshare", "--mount", "sh", "-c", "mount -t tmpfs tmpfs /mnt") if os.geteuid() == 0 else None
    if probe is None or probe.returncode != 0:
        print("skipped: no file system can be mounted here")
        return 77
    arguments = [str(pathlib.Path(each).resolve()) for each in sys.argv[1:3]]
    with tempfile.TemporaryDirectory() as folder:  # which the disk covers for the other process alone
        return subprocess.run(["unshare", "--mount", sys.executable, __file__, *arguments, folder],
                              env=dict(os.environ, **{INSIDE: "1"})).returncode


sys.exit(main())
