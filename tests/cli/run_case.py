#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs one case of the command line tests.

run_case.py CASE NAME=VALUE...

CASE is a folder with
  command   a shell script; NAME=VALUE are its variables, as $ASSAY
  stdout    what it must print, likewise
  stderr    (a missing file means nothing); {*} stands for any text within a line,
            a line {**} for any number of lines, a line "note: {**}" for any number of
            lines that begin with "note: "; behind a line "measuring 1 of" may be the
            next of its kind, as one is printed whenever ten seconds are over
  status    its exit status (missing: 0)
  files/    copied into the empty folder that the command runs in (optional)
  files_after/  the files that must be there afterwards, no more and no less, with
            placeholders as above; {*} in a path stands for any part of one name (optional)
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

PATIENCE_S = 140  # of each of two scripts, so that what hangs fails


def pattern_of(expected):
    parts = []
    for line in expected.splitlines(keepends=True):
        if line.rstrip().endswith("{**}"):
            parts.append(rf"(?:{re.escape(line.rstrip()[:-4])}.*\n)*?")
        else:
            parts.append("[^\n]*?".join(re.escape(piece) for piece in line.split("{*}")))
        if line.startswith("measuring 1 of "):
            parts.append(r"(?:measuring \d+ of \d+(?:, about .* left)?: .*\n)*?")
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


def files_in(folder):
    """The text of each file below a folder, by its path from there."""
    return {str(path.relative_to(folder)): path.read_text(errors="surrogateescape")
            for path in sorted(folder.rglob("*")) if path.is_file()}


def path_pattern(path):
    return re.compile("[^/]*?".join(re.escape(piece) for piece in path.split("{*}")))


def wanted_path_of(path, wanted):
    return next((each for each in wanted if path_pattern(each).fullmatch(path)), None)


def faults_of_files(wanted, got):
    faults = []
    found = set()
    for path, text in got.items():
        match = wanted_path_of(path, wanted)
        if match is None:
            faults.append(f"--- {path}: should not be there\n{text}")
        elif not pattern_of(wanted[match]).fullmatch(text):
            faults.append(f"--- {path}: wanted\n{wanted[match]}--- got\n{text}")
        found.add(match)
    return faults + [f"--- {path}: is missing" for path in wanted if path not in found]


def update_files(folder, got):
    wanted = files_in(folder)
    kept = {}
    for path, text in got.items():
        match = wanted_path_of(path, wanted)
        kept[match or path] = with_placeholders(wanted.get(match, ""), text)
    shutil.rmtree(folder)
    for path, text in kept.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, errors="surrogateescape")


def main():
    case = pathlib.Path(sys.argv[1])
    environment = dict(os.environ, **dict(pair.split("=", 1) for pair in sys.argv[2:]))
    for name in "NO_COLOR", "COLUMNS", "LC_ALL", "LC_CTYPE":
        environment.pop(name, None)
    environment["LANG"] = "C.UTF-8"
    environment.update(USER="ada", GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1")
    with tempfile.TemporaryDirectory() as folder:
        if (case / "files").exists():
            shutil.copytree(case / "files", folder, dirs_exist_ok=True)
        run = subprocess.run(["sh", "-eu", str((case / "command").resolve())], cwd=folder, env=environment,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S)
        left = files_in(pathlib.Path(folder))
        after = None
        if (case / "after").exists():
            after = subprocess.run(["sh", "-eu", str((case / "after").resolve())], cwd=folder, env=environment,
                                   stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S)
    if os.environ.get("UPDATE"):
        for name, text in ("stdout", run.stdout), ("stderr", run.stderr), ("status", f"{run.returncode}\n"):
            keep = with_placeholders(expected_text(case, name), text) if name != "status" else text
            keep = keep if name != "status" or run.returncode else ""
            (case / name).write_text(keep) if keep else (case / name).unlink(missing_ok=True)
        if (case / "files_after").exists():
            update_files(case / "files_after", left)
        return 0
    faults = []
    for name, got in ("stdout", run.stdout), ("stderr", run.stderr):
        wanted = expected_text(case, name)
        if not pattern_of(wanted).fullmatch(got):
            faults.append(f"--- {name}: wanted\n{wanted}--- got\n{got}")
    status = int(expected_text(case, "status") or 0)
    if run.returncode != status:
        faults.append(f"--- status: wanted {status}, got {run.returncode}\n{run.stdout}{run.stderr}")
    if (case / "files_after").exists():
        faults += faults_of_files(files_in(case / "files_after"), left)
    if after is not None and after.returncode != 0:
        faults.append(f"--- after: {after.returncode}\n{after.stdout}{after.stderr}")
    print("\n".join(faults))
    return 1 if faults else 0


sys.exit(main())
