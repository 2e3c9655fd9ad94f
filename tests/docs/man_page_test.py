#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that a man page names the options that the program has, and no others.

man_page_test.py TTA MAN_PAGE
"""
import re
import subprocess
import sys

COMMANDS = ["models"], ["models", "refresh"], ["models", "diff"], ["select"], ["hardware"], ["serve"], ["metrics"], \
    ["clients", "add"], ["clients", "list"], ["clients", "remove"], \
    ["keys", "check"], \
    ["keys", "add"], ["keys", "rotate"], ["keys", "list"], ["keys", "remove"], ["keys", "validate"], \
    ["keys", "export"], ["keys", "rekey"]


def main():
    program, page = sys.argv[1:]
    has = set()
    for command in COMMANDS:
        text = subprocess.run([program, *command, "--help"], check=True, capture_output=True, text=True).stdout
        has |= set(re.findall(r"^ +(?:-[a-z], )?--([a-z-]+)", text, re.M))
    with open(page, encoding="utf-8") as file:
        text = file.read().replace("\\-", "-")
    named = set(re.findall(r"--([a-z]+(?:-[a-z]+)*)", text))
    for option in sorted(has - named):
        print(f"{page}: --{option} is missing")
    for option in sorted(named - has):
        print(f"{page}: there is no --{option}")
    for command in COMMANDS:
        if f"tta {' '.join(command)}" not in text:
            print(f"{page}: tta {' '.join(command)} is missing")
            return 1
    return 1 if has != named else 0


sys.exit(main())
