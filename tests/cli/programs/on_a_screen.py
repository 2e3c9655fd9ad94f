#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command on a terminal of so many columns and prints the screen that it
leaves, then what it drew in place on the way.

on_a_screen.py COLUMNS[,LATER] COMMAND...

With LATER the terminal gets that many columns, fewer, once something was drawn in place.
"""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios

columns, _, later = sys.argv[1].partition(",")
master, slave = pty.openpty()


def resize(to):
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(to), 0, 0))


resize(columns)
child = subprocess.Popen(sys.argv[2:], stdin=slave, stdout=slave, stderr=slave, 
                         env=dict({"TERM": "xterm"}, **os.environ))
seen = b""
while child.poll() is None or select.select([master], [], [], 0)[0]:
    if select.select([master], [], [], 0.05)[0]:
        seen += os.read(master, 4096)
    if later and b"\x1b[K" in seen:
        resize(later)
        later = ""

lines, drawn, at_start = [""], [], False
for token in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|\r\n|\r|\n|[^\x1b\r\n]+", seen.decode()):
    if token == "\r\n":
        lines.append("")
    elif token == "\r":
        at_start = True
    elif token in ("\x1b[J", "\x1b[K"):
        lines[-1] = "" if at_start else lines[-1]
        at_start = False
    elif not token.startswith("\x1b["):
        if at_start:
            lines[-1] = ""
            drawn.append(token)
        lines[-1] += token
        at_start = False
print("\n".join(lines), end="")
print(f"drawn in place: {'yes' if drawn else 'no'}")
for each in drawn:
    if len(each) >= int(columns):  # the last column stays free
        print(f"too wide: {each}")
if os.environ.get("SHOW_DRAWN"):
    print("\n".join(drawn))
sys.exit(child.returncode if child.returncode >= 0 else 128 - child.returncode)
