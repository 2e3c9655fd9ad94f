#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that what the documentation quotes is what the files hold.

quoted_code.py [--write] ROOT [FILE...]

In Markdown, the comment

    <!-- file: PATH -->

stands directly above a fenced block, of any language, that must equal the file
PATH below ROOT, to the byte.  Without FILEs, README.md and docs/*.md are checked.
With --write the blocks are replaced by what the files hold.
"""
import difflib
import pathlib
import re
import sys

MARKER = re.compile(r"\s*<!--\s*file:\s*(.*?)\s*-->\s*")
FENCE = re.compile(r"( *)(`{3,}|~{3,})([^`]*)")


class Fault(Exception):
    """What is wrong, at a line counted from 1."""

    def __init__(self, line, what):
        super().__init__(what)
        self.line = line


def end_of_block(lines, start):
    """The index of the fence that closes the block opened at `start`."""
    opening = FENCE.fullmatch(lines[start])
    closing = re.compile(rf" *{re.escape(opening[2][0])}{{{len(opening[2])},}}\s*")
    for at in range(start + 1, len(lines)):
        if closing.fullmatch(lines[at]):
            return at
    raise Fault(start + 1, "the fenced block has no end")


def quotes(lines):
    """Yields (path, index of the opening fence, index of the closing one)."""
    at = 0
    while at < len(lines):
        marker = MARKER.fullmatch(lines[at])
        if marker:
            at += 1
            if at == len(lines) or not FENCE.fullmatch(lines[at]):
                raise Fault(at, "no fenced block follows directly")
        if FENCE.fullmatch(lines[at]):
            end = end_of_block(lines, at)
            if marker:
                yield marker[1], at, end
            at = end
        at += 1


def wanted_lines(root, path, fence, line):
    file = (root / path).resolve()
    if not file.is_relative_to(root.resolve()) or not file.is_file():
        raise Fault(line, f"there is no file '{path}'")
    text = file.read_text()
    if text and not text.endswith("\n"):
        raise Fault(line, f"'{path}' does not end in a newline, so no block can equal it")
    indent, ticks = fence[1], fence[2]
    lines = [indent + each if each else each for each in text.splitlines()]
    if any(re.fullmatch(rf" *{re.escape(ticks)}{re.escape(ticks[0])}*\s*", each) for each in lines):
        raise Fault(line, f"'{path}' holds the fence itself; take a longer one")
    return lines


def check(root, document, write):
    """Returns the number of quotes; raises Fault at the first that is wrong."""
    lines = document.read_text().splitlines()
    found = list(quotes(lines))
    for path, start, end in reversed(found):
        wanted = wanted_lines(root, path, FENCE.fullmatch(lines[start]), start)
        got = lines[start + 1:end]
        if got != wanted and not write:
            diff = difflib.unified_diff(wanted, got, path, document.name, lineterm="")
            raise Fault(start + 1, f"the block differs from '{path}':\n" + "\n".join(diff))
        lines[start + 1:end] = wanted
    if write and found:
        document.write_text("\n".join(lines) + "\n")
    return len(found)


def main(arguments):
    write = arguments[:1] == ["--write"]
    root, *names = arguments[1:] if write else arguments
    root = pathlib.Path(root)
    documents = [pathlib.Path(name) for name in names] or [
        each for each in [root / "README.md", *sorted((root / "docs").glob("**/*.md"))] if each.exists()]
    status, count = 0, 0
    for document in documents:
        try:
            count += check(root, document, write)
        except Fault as fault:
            print(f"{document}:{fault.line}: {fault}", file=sys.stderr)
            status = 1
    if status == 0:
        print(f"{count} quotes in {len(documents)} documents are what the files hold")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
