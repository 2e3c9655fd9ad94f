#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that each row of a table of features names a test that exists, or says that there is none yet.

named_tests_test.py TESTS_FOLDER PAGE
"""
import pathlib
import re
import sys


def faults_of(tests, line):
    """What is wrong with a row of the table; nothing for other lines."""
    cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    if not line.startswith("| ") or cells[-1] == "shown by" or line.startswith("|---"):
        return []
    if cells[-1] == "*not yet*":
        return []
    names = re.findall(r"`([^`]+)`", cells[-1])
    return [f"there is no tests/{name}" for name in names if not (tests / name).exists()] or \
        ([] if names else ["no test is named"])


def main():
    tests, page = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    rows, status = 0, 0
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        rows += line.startswith("| ")
        for fault in faults_of(tests, line):
            print(f"{page.name}:{number}: {fault}")
            status = 1
    if rows < 40:
        print(f"{page.name}: only {rows} rows: is it still the table?")
        status = 1
    return status


sys.exit(main())
