#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks what gcc and clang make of the measured loop and of its barriers.

check.py INCLUDE_DIRECTORY compiles loops.c beside it to x86-64 assembly, with
each compiler that is installed, as C and as C++, and looks at the innermost
loop of each benchmark.  Exits with 77 where there is nothing to look at.
"""
import pathlib
import platform
import re
import shutil
import subprocess
import sys

SKIPPED = 77
COMPILERS = [
    ["gcc", "-x", "c", "-std=c11"],
    ["g++", "-x", "c++", "-std=c++17"],
    ["clang", "-x", "c", "-std=c11"],
    ["clang++", "-x", "c++", "-std=c++17"],
]
MEMORY = r"\("
LOAD = r"^mov\S*\s+\S*\(\S*\),\s*%"
STORE = r"^mov\S*\s+[^(]+,\s*\S*\("

# Name, what the loop must have, what it must not have.
EXPECTED = [
    ("empty", [], [MEMORY]),
    ("keeps_int", ["^imul", LOAD], []),
    ("drops_int", [], ["^imul", MEMORY]),
    ("keeps_double", ["^v?mulsd", LOAD], []),
    ("drops_double", [], ["^v?mulsd", MEMORY]),
    ("keeps_pointer", [LOAD, r"\$24|24\("], []),
    ("drops_pointer", [], [MEMORY]),
    ("keeps_struct", [LOAD, STORE], []),
    ("drops_struct", [], [MEMORY]),
    ("keeps_what_a_pointer_points_to", [r"^movb\s+\$77"], []),
    ("drops_what_a_pointer_points_to", [], [MEMORY]),
    ("clobber_makes_writes_happen", [r"^movb\s+\$78"], []),
    ("hidden_constant", ["^imul"], []),
    ("plain_constant", [], ["^imul"]),
]
# A decrement and a branch, and one to spare for a compiler that compares too.
MOST_OF_AN_EMPTY_LOOP = 3


def function_lines(assembly, name):
    """The labels and instructions of the body of benchmark NAME."""
    match = re.search(rf"^\S*assay_body_{name}(?:P\S*)?:(.*?)^\s*\.cfi_endproc", assembly, re.M | re.S)
    if not match:
        raise LookupError(f"there is no function for {name}")
    lines = (re.sub(r"#.*", "", line).strip() for line in match[1].splitlines())
    return [line for line in lines if line.endswith(":") or (line and not line.startswith("."))]


def inner_loop(lines):
    """The instructions from a label to the jump back to it, without a call between."""
    loops = []
    for end, line in enumerate(lines):
        jump = re.match(r"j\w+\s+(\S+)$", line)
        if jump and jump[1] + ":" in lines[:end]:
            body = [each for each in lines[lines.index(jump[1] + ":"):end + 1] if not each.endswith(":")]
            if not any(each.startswith("call") for each in body):
                loops.append(body)
    if len(loops) != 1:
        raise LookupError(f"{len(loops)} loops without a call:\n  " + "\n  ".join(lines))
    return loops[0]


def problems_of(loop, name, wanted, unwanted):
    for pattern in wanted:
        if not any(re.search(pattern, each) for each in loop):
            yield f"nothing like {pattern}"
    for pattern in unwanted:
        if any(re.search(pattern, each) for each in loop):
            yield f"something like {pattern}"
    if (name == "empty" or name.startswith("drops")) and len(loop) > MOST_OF_AN_EMPTY_LOOP:
        yield f"{len(loop)} instructions"


def check(compiler, level, include):
    source = pathlib.Path(__file__).with_name("loops.c")
    command = [*compiler, level, "-I", include, "-S", "-o", "-", str(source)]
    assembly = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    failed = 0
    for name, wanted, unwanted in EXPECTED:
        try:
            loop = inner_loop(function_lines(assembly, name))
            problems = list(problems_of(loop, name, wanted, unwanted))
        except LookupError as error:
            loop, problems = [], [str(error)]
        if problems:
            failed += 1
            print(f"{compiler[0]} {level}: {name} has {', '.join(problems)}:\n  " + "\n  ".join(loop))
    print(f"{compiler[0]} {level}: {len(EXPECTED) - failed} of {len(EXPECTED)} loops are as they should be")
    return failed


def main():
    installed = [compiler for compiler in COMPILERS if shutil.which(compiler[0])]
    if platform.machine() != "x86_64" or not installed:
        print("skipped: only x86-64 machine code is known here")
        return SKIPPED
    failed = sum(check(compiler, level, sys.argv[1]) for compiler in installed for level in ("-O2", "-O3"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
