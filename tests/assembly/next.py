#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that one thread pays nothing for there being bodies on several.

next.py SOURCE_DIRECTORY compiles src/assay/worker.c to x86-64 assembly, with each
compiler that is installed, and looks at assay_next(), which is called between two calls
that are timed one by one: it reads the clock twice and takes no lock, makes no atomic
access and looks at nothing of its thread.  Exits with 77 where there is nothing to look at.
"""
import pathlib
import platform
import re
import shutil
import subprocess
import sys

SKIPPED = 77
COMPILERS = ("gcc", "clang")
CLOCK = "base_clock_read_ns"
REST = "go_on"  # where assay_next() goes on when more is to be done
UNWANTED = {
    "an atomic access": r"^(lock\b|xchg|cmpxchg|xadd|[lms]fence)",
    "a variable of the thread": r"%[fg]s:|@tpoff|@tls",
    "a system call": r"^syscall",
}


def instructions_of(assembly, name):
    match = re.search(rf"^{name}:(.*?)^\s*\.size\s+{name},", assembly, re.M | re.S)
    if not match:
        raise LookupError(f"there is no function {name}")
    lines = (re.sub(r"#.*", "", line).strip() for line in match[1].splitlines())
    return [line for line in lines if line and not line.startswith(".") and not line.endswith(":")]


def problems_of(instructions):
    targets = [re.sub(r"@\w+$", "", line.split()[1]) for line in instructions
               if re.match(r"(call|jmp)\S*\s+[a-z_]\w*(@\w+)?$", line)]
    if targets.count(CLOCK) != 2:
        yield f"{targets.count(CLOCK)} readings of the clock"
    for target in sorted(set(targets) - {CLOCK, REST}):
        yield f"a call of {target}"
    for what, pattern in UNWANTED.items():
        if any(re.search(pattern, line) for line in instructions):
            yield what


def check(compiler, source):
    command = [compiler, "-std=c11", "-O2", "-D_POSIX_C_SOURCE=200809L", "-I", source / "src", "-I",
               source / "include", "-S", "-o", "-", source / "src/assay/worker.c"]
    assembly = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    instructions = instructions_of(assembly, "assay_next")
    problems = list(problems_of(instructions))
    for problem in problems:
        print(f"{compiler}: assay_next() has {problem}:\n  " + "\n  ".join(instructions))
    print(f"{compiler}: assay_next() has {len(instructions)} instructions")
    return len(problems)


def main():
    installed = [compiler for compiler in COMPILERS if shutil.which(compiler)]
    if platform.machine() != "x86_64" or not installed:
        print("skipped: only x86-64 machine code is known here")
        return SKIPPED
    return 1 if sum(check(compiler, pathlib.Path(sys.argv[1])) for compiler in installed) else 0


if __name__ == "__main__":
    sys.exit(main())
