#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How far the paired gate can be believed: false alarms of unchanged code, and slowdowns of one and two percent.

proof.py BUILD [--short] [--conditions=shared,busy] [--seconds=N] [--page] [--write=FILE]

Sessions are kept in BUILD/proof-gate.jsonl (or -short.jsonl), and what is there is not measured again; remove the file to
begin anew.  --page only makes the page of what is there; --write writes it to a file, too.
"""
import argparse
import os
import pathlib
import random
import sys
import time

from page import write_page
from sessions import Records, busy_cores, measure

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import machine
import written_page

LONG = {
    "shared": {"unchanged": 62, "peers": 1},
    "quiet": {"unchanged": 31, "slow2": 4, "slow1": 4, "suite": 1, "peers": 1},
    "busy": {"unchanged": 8, "slow2": 4, "slow1": 4},
}
SHORT = {"shared": {"unchanged": 1, "slow2": 1, "slow1": 1}}


def plan_of(wanted, conditions):
    """What is to be measured under each condition, kinds mixed by chance."""
    for condition in conditions:
        each = [(condition, what, number) for what, count in wanted.get(condition, {}).items() for number in range(count)]
        random.Random(condition).shuffle(each)
        yield condition, each


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=lambda name: pathlib.Path(name).resolve())
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--conditions", type=lambda text: text.split(","))
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--write", type=pathlib.Path)
    arguments = parser.parse_args()
    wanted = SHORT if arguments.short else LONG
    records = Records(arguments.build / ("proof-gate-short.jsonl" if arguments.short else "proof-gate.jsonl"))
    has_peer = (arguments.build / "tests/proof/gate/google_old").exists()
    end = time.monotonic() + arguments.seconds
    for condition, sessions in plan_of(wanted, [] if arguments.page else arguments.conditions or list(wanted)):
        with busy_cores(os.cpu_count() if condition == "busy" else 0):
            for at, (_, what, number) in enumerate(sessions):
                if records.has(condition, what, number) or (what == "peers" and not has_peer):
                    continue
                if time.monotonic() > end:
                    break
                print(f"{condition}, {at + 1} of {len(sessions)}: {what} {number}", file=sys.stderr)
                records.add(condition, what, number, measure(arguments.build, what, number))
    text, holds = write_page(records.all, not arguments.short, machine.describe())
    if arguments.write:
        written_page.write(arguments.write, text)
    print(text, end="")
    return 0 if holds else 1


sys.exit(main())
