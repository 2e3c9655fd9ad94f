#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the gateway adds to a request, beside others, and how it keeps; exit 0 only if what is demanded holds.

proof.py TTA FOLDER_OF_PROGRAMS FOLDER_OF_PEERS [--rounds=N] [--soak=SECONDS] [--parts=NAME,...] [--write=FILE]

Exit 1 if something falls short, 3 if it could not be measured; then nothing is written.
"""
import argparse
import os
import pathlib
import sys
import tempfile
import time

import compare
import hostile
import soak
from page import Page
from ways import Bench, CannotMeasure

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import machine
import written_page

# Each writes what it finds: write(bench, page).
PARTS = {"compare": compare.write, "hostile": hostile.write, "soak": soak.write}

HEAD = """# What the gateway adds

Written by `make proof-gateway`, which ends with 0 only if all that is demanded holds. A scripted provider, the clients
and whoever is measured are processes of one machine and talk over loopback: `tta serve` with one thread, or whatever it
is compared with, has the first core, provider and clients the second.

The load says how far the figures can be believed: where others work on the same cores, the times on the clock are
theirs as much as ours, and processor time and memory say more. MB are 10^6 bytes.
"""


def main():
    parser = argparse.ArgumentParser()
    for name in ("tta", "programs", "peers"):
        parser.add_argument(name, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--soak", type=int, default=600)
    parser.add_argument("--parts", type=lambda text: text.split(","), default=list(PARTS))
    parser.add_argument("--write", type=pathlib.Path)
    arguments = parser.parse_args()
    page = Page()
    page.say(HEAD)
    page.say(f"{time.strftime('%Y-%m-%d %H:%M')}, {machine.describe()}, load {os.getloadavg()[0]:.1f} at the start.")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments.tta, arguments.programs, arguments.peers, pathlib.Path(folder), arguments.rounds,
                      arguments.soak)
        try:
            for part in arguments.parts:
                page.say()
                PARTS[part](bench, page)
        except CannotMeasure as reason:
            print(f"proof-gateway: {reason}", file=sys.stderr)
            return 3
        finally:
            bench.close()
    if arguments.write:
        written_page.write(arguments.write, page.text())
    return 0 if page.holds else 1


if __name__ == "__main__":
    sys.exit(main())
