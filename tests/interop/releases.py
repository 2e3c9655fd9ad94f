#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Releases of pytest-benchmark from the Python package index, each in a virtual environment of its own.

usage: releases.py make FOLDER
       releases.py run FOLDER RELEASE SCRIPT [ARGUMENT ...]

`make` makes FOLDER/4 and FOLDER/5 and is through at once where they are there already; `run` gives a script of this
folder to the Python of one of them.  Exit status 77, which CTest shows as skipped, if they cannot be had here: the
index is out of reach, or Python has no module venv.
"""
import os
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77
# The last 4 and the newest 5.  Neither is meant for a pytest after 8, which both can do with.
RELEASES = {
    "4": ["pytest-benchmark==4.0.0", "pytest==8.4.2"],
    "5": ["pytest-benchmark==5.3.1", "pytest==8.4.2"],
}


def skip(sentence):
    print("skipped: " + sentence)
    sys.exit(SKIPPED)


def stamp_of(folder, release):
    return folder / release / "made"


def is_made(folder, release):
    stamp = stamp_of(folder, release)
    return stamp.is_file() and stamp.read_text().split() == RELEASES[release]


def tail_of(run):
    return (run.stdout.strip() or "status %d" % run.returncode).splitlines()[-1]


def call(command, timeout):
    """Runs it, and gives its output in one text; a hang counts as a failure."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "no answer within %d s" % timeout)


def may_be_the_index(output):
    """Whether pip failed for want of an index, and not because of what RELEASES says."""
    answered = "(from versions: " in output and "(from versions: none)" not in output
    return not answered and "ResolutionImpossible" not in output


def install(folder, release):
    target = folder / release
    shutil.rmtree(target, ignore_errors=True)
    # One pip, that of the first, serves all: it takes longer to make than what it installs.
    pip = folder / "4" / "bin" / "pip"
    made = call([sys.executable, "-m", "venv"] + (["--without-pip"] if release != "4" else []) + [str(target)], 60)
    if made.returncode != 0:
        skip("Python's module venv makes no environment here (Debian: python3-venv): " + tail_of(made))
    installed = call([str(pip), "--python", str(target / "bin" / "python"), "--disable-pip-version-check", "install",
                      "--quiet", "--retries=0", "--timeout=10"] + RELEASES[release], 60)
    if installed.returncode != 0 and may_be_the_index(installed.stdout):
        skip("the Python package index is out of reach, so %s cannot be installed (pip: %s)" %
             (RELEASES[release][0], tail_of(installed)))
    if installed.returncode != 0:
        sys.exit(installed.stdout)
    stamp_of(folder, release).write_text("\n".join(RELEASES[release]) + "\n")


def make(folder):
    for release in RELEASES:
        if not is_made(folder, release):
            install(folder, release)
    print("made: " + ", ".join(wanted[0] for wanted in RELEASES.values()))


def run(folder, release, command):
    if not is_made(folder, release):
        skip("%s is not in %s: interop.releases says why" % (RELEASES[release][0], folder))
    python = str(folder / release / "bin" / "python")
    os.execv(python, [python, "-B"] + command)


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "make":
        make(pathlib.Path(sys.argv[2]).absolute())
    elif len(sys.argv) > 4 and sys.argv[1] == "run" and sys.argv[3] in RELEASES:
        run(pathlib.Path(sys.argv[2]).absolute(), sys.argv[3], sys.argv[4:])
    else:
        sys.exit(__doc__)


main()
