# SPDX-License-Identifier: MIT
"""What the tests with the real pytest-benchmark have in common.  Where the Python that runs them has none, importing
this ends the program with status 77, which CTest shows as skipped."""
import json
import os
import re
import subprocess
import sys

try:
    from pytest_benchmark import __version__
except ImportError:
    print("skipped: python3-pytest-benchmark is not installed")
    sys.exit(77)

VERSION = tuple(map(int, __version__.split(".")[:3]))


def run(folder, *command, statuses=(0,)):
    """Runs it in `folder`, where the machine's configuration and terminal have no say, and gives what it prints."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "PY_COLORS"))}
    done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, universal_newlines=True)
    if done.returncode not in statuses:
        raise AssertionError("%s ends with status %d:\n%s" % (" ".join(command), done.returncode, done.stdout))
    return done.stdout


def program(folder, *args):
    """Its own program for saved runs."""
    return run(folder, sys.executable, "-m", "pytest_benchmark", *args)


def pytest(folder, *args, statuses=(0,)):
    return run(folder, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *args, statuses=statuses)


def load(*path):
    with open(os.path.join(*path), encoding="utf8") as file:
        return json.load(file)


def tables(text):
    """For each table its unit of times, and its rows as they are shown: name and all cells."""
    found = []
    for line in text.splitlines():
        heading = re.match(r"Name \(time in (\w+)\)", line)
        row = re.match(r"(\S+ \([^()]+\)) +(.*\S)", line)
        if heading:
            found.append((heading.group(1), []))
        elif row and found:
            found[-1][1].append((row.group(1), row.group(2).split()))
    return found
