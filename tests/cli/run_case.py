#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs one case of the command line tests.

run_case.py CASE NAME=VALUE...

CASE is a folder with
  command   a shell script; NAME=VALUE are its variables, as $ASSAY
  stdout    what it must print, likewise
  stderr    (a missing file means nothing); {*} stands for any text within a line,
            a line {**} for any number of lines, a line "note: {**}" for any number of
            lines that begin with "note: "
  status    its exit status (missing: 0)
  files/    copied into the empty folder that the command runs in (optional)
  after     a shell script that must succeed there afterwards (optional)

With UPDATE=1 in the environment the expectations are written instead, with the
placeholders of lines that still match: look at them before committing.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def pattern_of(expected):
    parts = []
    for line in expected.splitlines(keepends=True):
        if line.rstrip().endswith("{**}"):
            parts.append(rf"(?:{re.escape(line.rstrip()[:-4])}.*\n)*?")
        else:
            parts.append("[^\n]*?".join(re.escape(piece) for piece in line.split("{*}")))
    return re.compile("".join(parts))


def expected_text(case, name):
    path = case / name
    return path.read_text() if path.exists() else ""


def with_placeholders(wanted, got):
    """What was got, but for lines with placeholders in what was wanted that stand for some of it."""
    lines = wanted.splitlines(keepends=True)
    single = [line for line in lines if "{*}" in line]
    several = [line for line in lines if "{**}" in line]
    kept = []
    for line in got.splitlines(keepends=True):
        match = line if line in lines else next(
            (each for each in single + several if pattern_of(each).fullmatch(line)), line)
        if match in several and match in kept[-1:]:
            continue
        kept.append(match)
    return "".join(kept)


def main():
    case = pathlib.Path(sys.argv[1])
    environment = dict(os.environ, **dict(pair.split("=", 1) for pair in sys.argv[2:]))
    for name in "NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE":
        environment.pop(name, None)
    environment["LANG"] = "C.UTF-8"
    with tempfile.TemporaryDirectory() as folder:
        if (case / "files").exists():
            shutil.copytree(case / "files", folder, dirs_exist_ok=True)
        run = subprocess.run(["sh", "-eu", str((case / "command").resolve())], cwd=folder, env=environment,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100)
        after = None
        if (case / "after").exists():
            after = subprocess.run(["sh", "-eu", str((case / "after").resolve())], cwd=folder, env=environment,
                                   stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100)
    if os.environ.get("UPDATE"):
        for name, text in ("stdout", run.stdout), ("stderr", run.stderr), ("status", f"{run.returncode}\n"):
            keep = with_placeholders(expected_text(case, name), text) if name != "status" else text
            keep = keep if name != "status" or run.returncode else ""
            (case / name).write_text(keep) if keep else (case / name).unlink(missing_ok=True)
        return 0
    faults = []
    for name, got in ("stdout", run.stdout), ("stderr", run.stderr):
        wanted = expected_text(case, name)
        if not pattern_of(wanted).fullmatch(got):
            faults.append(f"--- {name}: wanted\n{wanted}--- got\n{got}")
    status = int(expected_text(case, "status") or 0)
    if run.returncode != status:
        faults.append(f"--- status: wanted {status}, got {run.returncode}\n{run.stdout}{run.stderr}")
    if after is not None and after.returncode != 0:
        faults.append(f"--- after: {after.returncode}\n{after.stdout}{after.stderr}")
    print("\n".join(faults))
    return 1 if faults else 0


sys.exit(main())
