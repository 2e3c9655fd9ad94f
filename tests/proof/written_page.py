#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A page that a proof writes, with what people have written at its end.

written_page.py FILE < TEXT

What stands in FILE from the heading "## What this run does not say" on is kept behind the new text.  It is of the run
before: whoever made the new one looks at it.
"""
import pathlib
import re
import sys

HEADING = "## What this run does not say"


def end_of(text):
    found = re.search(rf"^{re.escape(HEADING)}$", text, re.M)
    return text[found.start():] if found else ""


def write(path, text):
    path = pathlib.Path(path)
    end = end_of(path.read_text(encoding="utf-8")) if path.exists() else ""
    new = path.with_name(path.name + ".new")  # so that a page is whole
    new.write_text(text.rstrip("\n") + "\n" + ("\n" + end if end else ""), encoding="utf-8")
    new.replace(path)


if __name__ == "__main__":
    write(sys.argv[1], sys.stdin.read())
