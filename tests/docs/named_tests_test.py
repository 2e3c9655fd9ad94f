#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that each row of a table of features names a test that exists, and that every option of pytest-benchmark
has a row.

named_tests_test.py TESTS_FOLDER PAGE
"""
import pathlib
import re
import sys

# What `pytest --help` lists with pytest-benchmark 5.3.
OPTIONS = """min-time max-time min-rounds timer precision confidence calibration-precision warmup warmup-iterations
disable-gc skip only disable enable save autosave save-data json compare compare-fail cprofile cprofile-loops cprofile-top cprofile-dump storage netrc
verbose quiet sort group-by columns name time-unit histogram""".split()


def faults_of(tests, line):
    """What is wrong with a row of the table; nothing for other lines."""
    cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    if not line.startswith("| ") or cells[-1] == "shown by" or line.startswith("|---"):
        return []
    names = re.findall(r"`([^`]+)`", cells[-1])
    return [f"there is no test tests/{name}" for name in names if not is_test(tests / name)] or \
        ([] if names else ["no test is named"])


def is_test(path):
    """A file, or a folder that is a case of the command line or holds a program of tests."""
    return path.is_file() or (path / "command").is_file() or any(path.glob("*.py"))


def main():
    tests, page = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    text = page.read_text(encoding="utf-8")
    rows, status = 0, 0
    firsts = " ".join(line.split(" | ")[0] for line in text.splitlines() if line.startswith("| "))
    for option in OPTIONS:
        if f"`--benchmark-{option}`" not in firsts:
            print(f"{page.name}: no row for --benchmark-{option}")
            status = 1
    for number, line in enumerate(text.splitlines(), 1):
        rows += line.startswith("| ")
        for fault in faults_of(tests, line):
            print(f"{page.name}:{number}: {fault}")
            status = 1
    if rows < 40:
        print(f"{page.name}: only {rows} rows: is it still the table?")
        status = 1
    return status


sys.exit(main())
